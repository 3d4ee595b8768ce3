"""Departments of districts and deputies, as departments.yaml tells them."""

from pathlib import Path

import pytest

from ingestion.catalogue import read_departments
from kb_service.domain.errors import InvalidRecord


def written(folder: Path, lines: str) -> Path:
    file = folder / "departments.yaml"
    file.write_text(f"- id: gongan-pudong\n  name: 浦东分局\n{lines}", encoding="utf-8")
    return file


def test_a_district_is_told_by_its_name_and_what_it_stands_for(tmp_path: Path) -> None:
    lines = "  region: 浦东新区\n  stands_for: gongan\n  deputies: [gongan, zonghe]\n"
    (found,) = read_departments(written(tmp_path, lines))
    assert (found.region, found.stands_for) == ("上海市/浦东新区", "gongan")
    assert found.deputies == ("gongan", "zonghe")
    (plain,) = read_departments(written(tmp_path, ""))
    assert (plain.region, plain.stands_for, plain.deputies) == (None, None, ())


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("  region: 浦东新区\n", "go together"),
        ("  stands_for: gongan\n", "go together"),
        ("  deputies: [gongan-pudong]\n", "its own deputy"),
        ("  region: 浦东新区\n  stands_for: gongan-pudong\n", "what it stands for"),
    ],
)
def test_half_a_district_and_a_deputy_of_oneself_are_refused(tmp_path: Path, lines: str, fault: str) -> None:
    with pytest.raises(InvalidRecord, match=fault):
        read_departments(written(tmp_path, lines))
