"""Invented personal data in what residents and helpers write: all of it goes but what is listed here, and lines without
any stay as they are. `first.txt` was written before anybody looked at the patterns, `second.txt` after they were mended
by it, before they were mended by that; `third.txt` and `fourth.txt`, `fifth.txt` and `sixth.txt`, `seventh.txt` and
`eighth.txt`, `ninth.txt` and `tenth.txt`, `eleventh.txt` and `twelfth.txt` likewise, each pair a release later.
`thirteenth.txt` and `harmless_homes.txt`, before the patterns were mended: homes told with 住 or 现居 alone.
`fourteenth.txt` and `harmless_told.txt` likewise: people told of by helpers and officials, and what looks like them."""

import re
from pathlib import Path

import pytest

from kb_service.domain.masking import masked

FOLDER = Path(__file__).parent.parent / "personal_data"
# A surname alone or with a title; names of four characters; a number glued to three digits; who is named in passing.
_KNOWN_TO_STAY = {
    "first": {
        "18901234567", "葉嘉瑩瑩", "王小姐", "余秋雨雨", "廖仲恺民", "金城武文", "小王", "江",
        "罗大佑民", "白居易安",
    },
    "second": {"徐海波"},
    "third": set(),
    "fourth": set(),
    # What an enterprise is registered by is public.
    "fifth": {"91310115MA1K4ABC7D", "913101150000000000"},
    "sixth": set(),
    # Streets that people name as they name those of offices, numbers of cases, and plays with letters.
    "seventh": {
        "1266号", "９８８号", "88-1号", "31011500020240012345", "87654321831", "12345678", "关云飞",
    },
    "ninth": {"0310104202611150087"},
    "tenth": set(),
    "eleventh": {"690号", "92310104MA1FXXXX3K"},
    "twelfth": {"223号", "812号", "HB2026110900123", "310202611300001234"},
    "thirteenth": set(),
    "fourteenth": set(),
    "eighth": {"１１００号", "1027-2号", "31%35%39%30%31%38%36", "花满楼", "胡斐"},
}  # fmt: skip


@pytest.mark.parametrize("name", _KNOWN_TO_STAY)
def test_planted_personal_data_goes(name: str) -> None:
    stays = set()
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        planted = line.split("|", 1)[1]
        left = masked(re.sub("[«»]", "", planted))
        stays |= {each for each in re.findall("«([^»]+)»", planted) if each in left}
    assert stays == _KNOWN_TO_STAY[name]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("harmless", 98),
        ("harmless_more", 64),
        ("harmless_last", 168),
        ("harmless_new", 135),
        ("harmless_asked", 80),
        ("harmless_homes", 13),
        ("harmless_told", 54),
    ],
)
def test_lines_without_personal_data_stay_as_they_are(name: str, count: int) -> None:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    assert [masked(each) for each in lines] == lines and len(lines) == count
