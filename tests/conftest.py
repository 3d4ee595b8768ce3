"""What many tests share: the model folder, a data folder, a service with a small knowledge base."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("KB_REQUIRE_ALL") == "1"


@pytest.fixture(scope="session")
def unless_required() -> Callable[[str], None]:
    """Skip with a clear word, or fail where everything must run (CI)."""

    def skip(reason: str) -> None:
        if REQUIRE_ALL:
            pytest.fail(f"KB_REQUIRE_ALL=1, but {reason}")
        pytest.skip(reason)

    return skip


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A developer's KB_* variables do not reach the tests, but for those that point at data and models."""
    for name in list(os.environ):
        if name.startswith("KB_") and name not in {"KB_REQUIRE_ALL", "KB_MODEL_DIR", "KB_MODEL_WHEEL", "KB_EVAL_DATA"}:
            monkeypatch.delenv(name)
    yield


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of the built embedding model, which `make model` makes."""
    folder = Path(os.environ.get("KB_MODEL_DIR", "var/models/multilingual-e5-small")).resolve()
    if not (folder / "model.onnx").exists():
        pytest.fail(f"there is no embedding model in {folder}; run `make model`")
    return folder.parent
