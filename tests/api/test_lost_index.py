"""The folder of the index is removed under a running service: it is made anew without a restart."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb_service.adapters.index.edge import EdgeIndex
from kb_service.job_wiring import owners_worker
from tests.api.conftest import Http, publish


def index_of(http: Http) -> EdgeIndex:
    assert isinstance(http.service.index, EdgeIndex)
    return http.service.index


@pytest.mark.parametrize("what", ["folder", "data of the engine"])
def test_a_removed_index_is_rebuilt_and_answers_all_the_while(
    http: Http, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(http.service.settings.data_dir))  # for the child that builds it
    folder = index_of(http).folder
    points = index_of(http).count()
    asked = "热气球停放证要多少钱"
    before = http.ask(asked)
    assert not http.service.has_lost_index
    remove(folder, what)
    assert http.service.has_lost_index
    assert http.ask(asked)["text"] == before["text"]
    worker = owners_worker(http.service)
    worker.start()
    try:
        until(lambda: not http.service.has_lost_index)
    finally:
        assert worker.stop()
    assert index_of(http).count() == points
    assert http.ask(asked)["text"] == before["text"]
    publish(http.service, f"stilts-{what}", "高跷每副登记费九元整。", title="高跷登记办法")
    assert index_of(http).payloads_of_document(f"stilts-{what}")
    assert [each for each in http.service.check().findings if each.kind == "index"] == []


def remove(folder: Path, what: str) -> None:
    if what == "folder":
        shutil.rmtree(folder)
        return
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end, "it did not happen within two minutes"
        time.sleep(0.1)
