"""Requests made from our own description of the interface, right and wrong ones: none may end in a fault of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode

from tests.api.conftest import Http, small_knowledge_base

# A rehearsal takes seconds, live events never end, and a purge could not be undone for the tests after this one.
_LEFT_OUT = "rehears|purge|metrics|/events"
_EXAMPLES = 6


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Http]:
    """One of its own: what is asked for here switches matters off and announces nonsense."""
    yield from small_knowledge_base(tmp_path_factory.mktemp("described"), models_dir)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_what_the_description_allows_and_what_it_forbids_is_never_a_fault_of_ours(
    http: Http, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_dict(http.get("/openapi.json").json())
    for found in described.exclude(path_regex=_LEFT_OUT).get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not [*operation.iter_parameters(), *operation.body]:
            continue  # there is nothing in it to be wrong
        made = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(made)
        def asked(case: schemathesis.Case) -> None:
            _assert_told(http, case)

        asked()


def _assert_told(http: Http, case: schemathesis.Case) -> None:
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://127.0.0.1")).prepare()
    # As bytes, as they go over the wire: httpx would encode text as ASCII, and made headers hold anything.
    headers = {
        name: value if isinstance(value, bytes) else value.encode("latin-1")
        for name, value in sent.headers.items()
        if name.lower() != "content-length"
    }
    response = http.request(str(sent.method), str(sent.url), content=sent.body or b"", headers=headers)
    assert response.status_code < 500, f"{sent.method} {sent.url} {sent.body!r:.300}: {response.text[:300]}"
