"""A service that keys protect is examined with an evaluator's key, which is written down nowhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eval.commands import app
from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.domain.documents import VersionDraft
from kb_service.domain.people import Role
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.api.loopback import app_of, served
from tests.data_folders import furnish
from tests.factories import NOON, day, metadata

KITE = "第一条 在公园内放飞风筝的，线长不得超过八十米。"
SUITE = "编号,问题,必须出现,文件\nkite-length,公园里放风筝线长不得超过多少米,八十米,kite\n"


@pytest.fixture
def service(tmp_path: Path, models_dir: Path) -> Iterator[Service]:
    data = tmp_path / "data"
    data.mkdir()
    furnish(data, models_dir)
    with open_service(Settings(data_dir=data)) as opened:
        text = structure_text(KITE)
        draft = VersionDraft(
            "kite", metadata("风筝放飞办法", effective_from=day("2024-01-01")), text.text, tuple(split(text))
        )
        opened.library.store([draft], actor="editor", at=NOON, approval=Approval("reviewer", NOON, "bulk_import"))
        opened.synchroniser.reconcile()
        yield opened


def test_a_service_with_keys_is_examined_by_an_evaluator_whose_key_is_kept_nowhere(
    service: Service, tmp_path: Path
) -> None:
    suite, out = tmp_path / "suite.csv", tmp_path / "runs"
    suite.write_text(SUITE, "utf-8")
    _, key = service.records.people.create_key(
        "王评", roles=[Role.EVALUATOR], label="", expires_at=None, created_by="operator", at=NOON
    )
    with served(app_of(service)) as address:
        refused = _run(suite, out, address.replace("//", "//somebody:secret@"), key=None)
        examined = _run(suite, out, address, key=key)
    assert (refused.exit_code, "show a valid key" in refused.output) == (1, True)
    (folder,) = (each for each in out.glob("2*") if (each / "answers.jsonl").exists())
    (row,) = map(json.loads, (folder / "answers.jsonl").read_text("utf-8").splitlines())
    assert (row["id"], row["found"]) == ("kite-length", ["kite"])  # one text is too little to be sure of an answer
    conditions = json.loads((folder / "summary.json").read_text("utf-8"))["conditions"]
    assert conditions["system"]["asked"] == f"over HTTP: the service at {address}"
    kept = [each.read_bytes() for each in out.rglob("*") if each.is_file()]
    told = [*kept, examined.output.encode(), refused.output.encode()]
    assert not any(secret.encode() in one for secret in (key[12:], "secret") for one in told)


def _run(suite: Path, out: Path, address: str, *, key: str | None) -> Result:
    return CliRunner().invoke(
        app, ["run", "--questions", str(suite), "--out", str(out), "--url", address], env={"KB_KEY": key}
    )
