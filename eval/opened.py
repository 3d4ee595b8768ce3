"""The system that is examined: the service that runs, or one opened in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from eval.fingerprints import corpus_described, prompts_sha256
from eval.in_process import InProcess
from eval.over_http import OverHttp
from eval.systems import AnswersQuestions
from kb_service.client import ServiceClient
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service, owner_address

Url = Annotated[str | None, typer.Option(help="A running service; found by itself on this machine.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        envvar="KB_KEY",
        help="An evaluator's, where keys protect the service. Better in the environment.",
        show_envvar=True,
    ),
]


@contextmanager
def opened_system(url: str | None, key: str | None) -> Iterator[AnswersQuestions]:
    """At ``url``; without one that of this machine over HTTP, if it runs, else opened here."""
    settings = Settings()
    client = running_service(settings, url, key)
    if client is not None:
        yield OverHttp(client, described_here=None if url else _described(settings))
        return
    with open_service(settings) as service:
        yield InProcess(service)


def running_service(settings: Settings, url: str | None, key: str | None) -> ServiceClient | None:
    """At ``url``; without one that of this machine, asked as its operator unless a key is given; None where none runs.

    A run folder tells its name: no key and no password is in it.
    """
    if url is not None:
        written = urlsplit(url)
        place = written._replace(netloc=written.netloc.rpartition("@")[2]).geturl()
        return ServiceClient(url, key=key, name=f"the service at {place}")
    if owner := owner_address(settings):
        return ServiceClient(f"http://{owner.host}:{owner.port}", key=key or owner.token)
    return None


def _described(settings: Settings) -> Mapping[str, Any]:
    """What the service that runs does not tell, read beside it from the same folder."""
    with open_records(settings) as records:
        return {
            "prompts_sha256": prompts_sha256(settings.prompts_dir),
            "corpus": corpus_described(records),
            "language_model": settings.llm_model or None,
        }
