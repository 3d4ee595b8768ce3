"""The doors' own words for residents, from `prompts/doors.yaml`."""

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml


@functools.cache
def door_wording(folder: Path) -> Mapping[str, str]:
    """By name, with blanks in braces; read once."""
    read: dict[str, str] = yaml.safe_load((folder / "doors.yaml").read_text(encoding="utf-8"))
    return read
