"""`kb eval sweep` before anything is measured."""

from pathlib import Path

from typer.testing import CliRunner

from eval.commands import app
from eval.scratch import scratch_settings


def test_the_knowledge_base_of_a_sweep_is_made_where_there_is_no_folder_yet(tmp_path: Path) -> None:
    data = tmp_path / "sweep-first" / "data"
    assert scratch_settings(data).data_dir == data
    assert (data / "models").is_dir()


def test_a_value_that_a_setting_cannot_take_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["sweep", "dense_weight=0.4", "max_wrong_rate=many", "--out", str(tmp_path)])
    assert told.exit_code == 1
    assert "max_wrong_rate" in told.output
    assert list(tmp_path.iterdir()) == []
