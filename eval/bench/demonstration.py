"""The demonstration corpus, loaded into a folder of its own, and the questions that are known of it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.bench.serving import kb_command
from eval.questions import read_questions
from kb_service.settings import Settings

CORPUS = Path("corpus")


def asked_questions() -> list[str]:
    return [question.text for question in read_questions(CORPUS / "questions") if not question.turn]


def ingest_corpus() -> None:
    command = [kb_command(), "ingest", str(CORPUS), "--publish", "--actor", "bench"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def data_dir() -> Iterator[Settings]:
    """An empty data folder with the model in it, which child processes use as well; removed afterwards."""
    models = Settings().models_dir.resolve()
    before = os.environ.get("KB_DATA_DIR")
    folder = Path(tempfile.mkdtemp(prefix="kb-bench-"))
    (folder / "models").symlink_to(models)
    os.environ["KB_DATA_DIR"] = str(folder)
    try:
        yield Settings()
    finally:
        os.environ.pop("KB_DATA_DIR")
        if before is not None:
            os.environ["KB_DATA_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)  # a server that was stopped may still write
