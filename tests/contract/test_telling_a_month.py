"""The files of the public record, from a month of people on every database."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.resolution import SqlResolution
from kb_service.console.monthly_report import Names
from kb_service.console.public_page import Told as ToldOfService
from kb_service.console.public_page import files_of
from kb_service.domain.answers import MatterRef, Outcome
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.matters import Department, Matter
from kb_service.domain.resolution import By, Period, share
from kb_service.measuring.telling import Telling
from tests.contract.test_resolution_figures import MONDAY, Told
from tests.factories import NOON

K = 10
SETTLED = datetime.fromisoformat("2026-12-08T00:00:00+08:00")
PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
DEPARTMENTS = [Department(each, f"{each}局", (), "12345", None, ()) for each in ("gongan", "minzheng", "renshe")]
# How many ask about each, and how many of them get an answer; three ask about a passport.
ASKED = {"juzhuzheng": (40, 26), "huzhao": (3, 3), "hunyin": (25, 13), "shebao": (30, 18), "": (14, 0)}
OWNER_OF = {"juzhuzheng": "gongan", "huzhao": "gongan", "hunyin": "minzheng", "shebao": "renshe"}


@pytest.fixture
def nobody(database: Database) -> Told:
    told = Told(database)
    told.at = SETTLED
    return told


@pytest.fixture
def told(database: Database) -> Told:
    matters = [Matter(key, f"办{key}", owner) for key, owner in OWNER_OF.items()]
    SqlCatalogue(database).replace(departments_=DEPARTMENTS, matters_=matters, actor="operator", at=NOON)
    told = Told(database)
    for matter, (count, answered) in ASKED.items():
        for number in range(count):
            told.asked(
                f"{matter}-{number}",
                MONDAY + timedelta(days=7 * (number % 3)),
                outcome=Outcome.ANSWERED if number < answered else Outcome.NO_SOURCE,
                matter=MatterRef(matter, matter) if matter else None,
                region="上海市/浦东新区" if number % 2 else None,
                channel="13800138000",
            )
    told.at = SETTLED
    told.measuring.take_in()
    return told


def telling(told: Told) -> Telling:
    resolution, catalogue = SqlResolution(told.database), SqlCatalogue(told.database)
    return Telling(resolution, catalogue.matters, K, lambda: told.at, {"浦东新区"})


def files(told: Told, **of_service: object) -> Mapping[str, str]:
    names = Names({key: f"办{key}" for key in OWNER_OF}, {each.id: each.name for each in DEPARTMENTS})
    service = ToldOfService(**({"model": "", "wrong": None, "contact": "电话 021-1", "desk": None} | of_service))  # type: ignore[arg-type]
    return files_of(telling(told).month("2026-11"), names, service, prompts=PROMPTS)


def rows(found: Mapping[str, str]) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(found["resolution.csv"].removeprefix("\ufeff"))))


def test_the_files_tell_the_figures_and_no_small_count(told: Told) -> None:
    found = files(told)
    questions = {(row["by"], row["value"]): row["questions"] for row in rows(found)}
    total = told.measuring.figures(Period(MONDAY.date().replace(day=1), MONDAY.date().replace(day=30)), By.WEEK).total
    assert questions["total", ""] == str(total.assistant.questions) == "112"
    # The three of the passport go; with them the residence permit, which with gongan's sum would give them away, and
    # what is of no matter.
    assert {key: told for (by, key), told in questions.items() if by == "matter"} == {
        "": "", "huzhao": "", "juzhuzheng": "", "hunyin": "25", "shebao": "30",
    }  # fmt: skip
    assert questions["department", "gongan"] == "43" and questions["district", "浦东新区"] == "55"
    counts = [row[name] for row in rows(found) for name in ("questions", "answered", "confirmed", "implied", "talks")]
    assert all(int(each) >= K for each in counts if each)
    whole = next(rows(found))
    assert (whole["implied"], whole["implied_n"], whole["confirmed"]) == ("60", "112", "")  # nobody said anything


def test_what_a_client_sends_for_a_district_is_told_nobody(nobody: Told) -> None:
    for region in ("上海市/浦东新区", "上海市/锦绣里", "上海市/我叫欧阳晓明", "上海市/电话13800138000"):
        for number in range(12):
            nobody.asked(f"{region}-{number}", MONDAY, outcome=Outcome.ANSWERED, region=region)
    nobody.measuring.take_in()
    found = files(nobody)
    districts = {row["value"]: row["questions"] for row in rows(found) if row["by"] == "district"}
    assert districts == {"浦东新区": "12", "": "36"}
    assert not any(each in text for text in found.values() for each in ("锦绣里", "欧阳晓明", "13800138000"))
    by_district = nobody.measuring.figures(Period(MONDAY.date(), MONDAY.date()), By.DISTRICT).groups
    assert set(by_district) == {"浦东新区", "锦绣里", None}


def test_json_and_description_fit_the_csv_and_nobody_is_in_them(told: Told) -> None:
    found = files(told)
    listed = json.loads(found["resolution.json"])["rows"]
    for row, written in zip(listed, rows(found), strict=True):
        as_text = {key: " ".join(each) if isinstance(each, list) else each for key, each in row.items()}
        assert {key: "" if each is None else str(each) for key, each in as_text.items()} == written
    (resource,) = json.loads(found["datapackage.json"])["resources"]
    table = found["resolution.csv"].encode()
    assert (resource["bytes"], resource["hash"]) == (len(table), f"sha256:{hashlib.sha256(table).hexdigest()}")
    (by, *_) = resource["schema"]["fields"]
    assert by["constraints"]["enum"] == ["total", "matter", "department", "district", "week"]
    header = found["resolution.csv"].removeprefix("\ufeff").split("\r\n")[0]
    assert [each["name"] for each in resource["schema"]["fields"]] == header.split(",")
    assert not any(each in text for text in found.values() for each in ("13800138000", "channel", "问\n"))


def test_the_page_says_what_is_measured_and_what_is_not(nobody: Told) -> None:
    page = files(nobody)["index.html"]
    assert "没有使用大语言模型" in page and "模型起草" not in page and "尚未测量" in page and "电话 021-1" in page
    page = files(nobody, model="demo-7b", wrong=share(4, 100), desk=DEPARTMENTS[0])["index.html"]
    assert "抽样由两个人" in files(nobody, wrong_of_sample=share(2, 50))["index.html"] and "抽样由两个人" not in page
    assert "使用大语言模型（demo-7b）起草" in page and "4.0%" in page and "n=100" in page and "12345" in page


def test_a_month_is_told_once_its_seven_days_are_over(nobody: Told) -> None:
    nobody.at -= timedelta(seconds=1)
    with pytest.raises(InvalidRecord, match="2026-12-08"):
        telling(nobody).month("2026-11")
