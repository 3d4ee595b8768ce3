"""What many tests share: the model folder, a data folder, a service with a small knowledge base."""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

REQUIRE_ALL = os.environ.get("KB_REQUIRE_ALL") == "1"
LIBREOFFICE = os.environ.get("KB_LIBREOFFICE") or shutil.which("soffice")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests last: what drives the browser keeps an event loop running in the main thread until the end, and
    asyncio refuses to work beside it. LibreOffice is optional, also where everything must run: what needs it is counted
    as deselected where it is not installed."""
    items.sort(key=lambda item: "browser" in item.path.parts)
    if LIBREOFFICE is None:
        left_out = [item for item in items if item.get_closest_marker("libreoffice")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


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


@pytest.fixture(scope="session", autouse=True)
def dictionary_parsed_once() -> Iterator[None]:
    """jieba parses its dictionary for each segmenter anew, for more than a second; a copy takes a hundredth of that."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # as the segmenter does
        from jieba import Tokenizer

        parse = Tokenizer.initialize
        parsed: list[tuple[dict[str, int], int]] = []

        def initialize(self: Any, dictionary: str | None = None) -> None:
            if self.initialized or dictionary:
                parse(self, dictionary)
            elif parsed:
                self.FREQ, self.total, self.initialized = dict(parsed[0][0]), parsed[0][1], True
            else:
                parse(self)
                parsed.append((dict(self.FREQ), self.total))

        patch.setattr(Tokenizer, "initialize", initialize)
        yield


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of the built embedding model, which `make model` makes."""
    folder = Path(os.environ.get("KB_MODEL_DIR", "var/models/multilingual-e5-small")).resolve()
    if not (folder / "model.onnx").exists():
        pytest.fail(f"there is no embedding model in {folder}; run `make model`")
    return folder.parent


@pytest.fixture(scope="session")
def postgresql_url(unless_required: Callable[[str], None]) -> Iterator[str]:
    """A cluster on a socket of its own; initdb refuses root, so root starts it as the user postgres."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        unless_required("PostgreSQL is not installed (make test-setup installs it)")
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    as_user = [shutil.which("runuser") or "/usr/sbin/runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    programs_folder = programs[-1].parent
    data = folder / "data"
    initialise = [str(programs_folder / "initdb"), "-D", str(data), "-U", "kb", "--auth=trust", "-E", "UTF8"]
    subprocess.run([*as_user, *initialise, "--no-sync"], check=True, capture_output=True)
    options = f"-c listen_addresses='' -k {folder} -c fsync=off"
    control = [*as_user, str(programs_folder / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True)
    yield f"postgresql+psycopg://kb@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_postgresql_url(postgresql_url: str) -> Iterator[Callable[..., str]]:
    """Makes a database with each call: empty, or ``like`` another that nobody has open. Gone after the test: removing
    hundreds of them at the end takes minutes."""
    made: list[str] = []

    def fresh(*, like: str = "template1") -> str:
        made.append(f"kb_{uuid4().hex[:12]}")
        _in_cluster(postgresql_url, f"CREATE DATABASE {made[-1]} TEMPLATE {like}")
        return postgresql_url.replace("/postgres?", f"/{made[-1]}?")

    yield fresh
    _in_cluster(postgresql_url, *(f"DROP DATABASE {name} WITH (FORCE)" for name in made))


def _in_cluster(url: str, *statements: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for each in statements:
            connection.execute(text(each))
    engine.dispose()
