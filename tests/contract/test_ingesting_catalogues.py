"""`kb ingest` of a folder that describes departments and matters and has no documents."""

from pathlib import Path

import pytest

from kb_service.ingest_command import Purpose, run
from kb_service.settings import Settings
from kb_service.wiring import open_records


def test_departments_that_were_taken_in_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "departments.yaml").write_text(
        "- {id: qiqiu, name: 市气球管理处, phone: '12345'}\n- {id: fengzheng, name: 市风筝管理处, phone: '12345'}\n",
        encoding="utf-8",
    )
    settings = Settings(data_dir=tmp_path / "data")
    purpose = Purpose(publish=False, dry_run=False, actor="admin")
    assert run(settings, [folder], purpose, refused_to=None, as_json=False) == 0
    assert capsys.readouterr().out == "catalogue: 2 departments\nno documents found (0 passages)\n"
    with open_records(settings) as records:
        assert [each.id for each in records.catalogue.departments()] == ["fengzheng", "qiqiu"]
