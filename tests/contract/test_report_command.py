"""`kb report` writes files, beside a running service or without one."""

import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from kb_service.domain.days import shanghai_day
from kb_service.report_command import measured_wrong, write_month, write_public
from kb_service.settings import Settings
from kb_service.wiring import now

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", contact="12345")


def test_a_month_becomes_a_file_and_what_everybody_may_have_a_folder_that_others_can_read(
    settings: Settings, tmp_path: Path
) -> None:
    long_ago = f"{shanghai_day(now()) - timedelta(days=70):%Y-%m}"
    assert "解决率月报" in write_month(settings, long_ago, tmp_path / "month.html").read_text("utf-8")
    written = write_public(settings, long_ago, tmp_path / "public")
    assert {each.name for each in written} == {"resolution.csv", "resolution.json", "datapackage.json", "index.html"}
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o644 for each in written)
    assert stat.S_IMODE((tmp_path / "public").stat().st_mode) == 0o755


def test_an_error_rate_is_measured_where_the_site_calibrated_and_not_elsewhere(settings: Settings) -> None:
    assert measured_wrong(settings) is None  # the model that comes with the service was fitted on questions of others
    settings.data_dir.mkdir()
    shutil.copy(ROOT / "corpus" / "confidence_model.json", settings.own_confidence_model)
    wrong = measured_wrong(settings)
    assert wrong and wrong.n > 1000 and wrong.rate is not None and 0.05 < wrong.rate <= 0.08  # accepted there: 0.08
