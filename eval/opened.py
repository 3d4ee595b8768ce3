"""The system that is examined: the service that runs, or one opened in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from eval.fingerprints import corpus_described, prompts_sha256
from eval.in_process import InProcess
from eval.over_http import OverHttp
from eval.systems import AnswersQuestions
from kb_service.client import ServiceClient
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service, owner_address


@contextmanager
def opened_system(url: str | None) -> Iterator[AnswersQuestions]:
    """At ``url``; without one that of this machine over HTTP, if it runs, else opened here."""
    settings = Settings()
    if url is not None:
        yield OverHttp(ServiceClient(url))
    elif owner := owner_address(settings):
        yield OverHttp(ServiceClient(f"http://{owner.host}:{owner.port}"), described_here=_described(settings))
    else:
        with open_service(settings) as service:
            yield InProcess(service)


def _described(settings: Settings) -> Mapping[str, Any]:
    """What the service that runs does not tell, read beside it from the same folder."""
    with open_records(settings) as records:
        return {
            "prompts_sha256": prompts_sha256(settings.prompts_dir),
            "corpus": corpus_described(records),
            "language_model": settings.llm_model or None,
        }
