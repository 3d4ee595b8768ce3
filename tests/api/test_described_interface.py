"""Requests made from our own description of the interface, right and wrong ones: none may end in a fault of ours."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.generation import GenerationMode

from tests.api.conftest import Http

# A rehearsal takes seconds, and a purge could not be undone for the tests after this one.
_LEFT_OUT = "rehearse|purge"
_EXAMPLES = 12


def test_what_the_description_allows_and_what_it_forbids_is_never_a_fault_of_ours(http: Http) -> None:
    config = schemathesis.Config.from_dict({"generation": {"modes": ["positive", "negative"]}})
    described = http.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described, config=config).exclude(path_regex=_LEFT_OUT)
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            _ask(http, operation, mode)


def _ask(http: Http, operation: schemathesis.APIOperation, mode: GenerationMode) -> None:
    pass
