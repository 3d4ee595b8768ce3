"""Pages from templates: everything from outside is escaped, and every page has the strict policy."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from kb_service.api.errors import STATUS_OF
from kb_service.api.sizes import LIMITS
from kb_service.console.marked_text import cited_within, pieces, visible
from kb_service.console.pages import HEADERS
from kb_service.console.words import (
    Place,
    TroubleName,
    console_messages,
    deadline_in_words,
    moment_in_words,
    screen_words,
    size_in_words,
)
from kb_service.domain.addresses import link_to
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.errors import KbError
from kb_service.domain.file_reports import spans
from kb_service.domain.matters import Department, Matter
from kb_service.domain.people import Actor, Role

# Browsers name the page a form came from only under another referrer policy than "no-referrer", and drafts are no
# public knowledge that any cache may keep.
_HEADERS = {**HEADERS, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
_STAFF = (Role.EDITOR, Role.REVIEWER)
_PLACES: tuple[tuple[Place, tuple[Role, ...]], ...] = (
    ("/console", _STAFF),
    ("/console/upload", (Role.EDITOR,)),
    ("/console/versions", _STAFF),
    ("/console/review", _STAFF),
    ("/console/due", (*_STAFF, Role.EVALUATOR)),
    ("/console/suspicions", _STAFF),
    ("/console/gaps", _STAFF),
    ("/console/feedback", _STAFF),
    ("/console/emergencies", _STAFF),
    ("/console/problems", (*_STAFF, Role.EVALUATOR)),
    ("/console/insight", (*_STAFF, Role.EVALUATOR)),
    ("/console/audit", (*_STAFF, Role.EVALUATOR)),
    ("/console/knowledge", (*_STAFF, Role.EVALUATOR)),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong: ``name`` in `troubles` of `prompts/screens.yaml`, or a cause that has a sentence of its own.

    ``more``: what else is to be said, in Chinese.
    """

    name: TroubleName = "failed"
    status: int = 422
    cause: Cause | None = None
    more: str = ""


def trouble_of(error: KbError) -> Trouble:
    return Trouble("failed", STATUS_OF[type(error)], error.cause)


def page(request: Request, template: str, *, trouble: Trouble | None = None, **shown: object) -> Response:
    """With the trouble's status, if there is any. ``shown``: what the template names."""
    actor: Actor | None = getattr(request.state, "actor", None)
    prompts = request.app.state.service.settings.prompts_dir
    words = screen_words(prompts)
    html = rendered(
        template,
        request_path=request.url.path,
        actor=actor,
        is_keyless=request.app.state.keys_seen.is_keyless(),
        places=[(path, words.places[path]) for path, roles in _PLACES if actor and actor.has_any_of(roles)],
        today=shanghai_day(request.app.state.service.now()),
        words=words,
        done=words.done.get(request.query_params.get("done", "")),
        trouble=trouble,
        sentence_of=console_messages(prompts).of_cause,
        **shown,
    )
    return HTMLResponse(html, status_code=trouble.status if trouble else 200, headers=_HEADERS)


def read_templates() -> None:
    """All of them, so that whoever opens a page first does not wait for it."""
    for name in _TEMPLATES.list_templates():
        _TEMPLATES.get_template(name)


def rendered(template: str, **shown: object) -> str:
    """A document of its own: ``shown`` is all that the template knows."""
    return _TEMPLATES.get_template(template).render(**shown)


def see(path: str, *, fragment: str = "", **query: str) -> Response:
    """Where the browser goes after a form, so that reloading repeats nothing. ``fragment``: the place on that page."""
    address = (f"{path}?{urlencode(query)}" if query else path) + (f"#{fragment}" if fragment else "")
    return RedirectResponse(address, status_code=303, headers=_HEADERS)


def settled(act: Callable[[], Response], again: Callable[[Trouble, KbError], Response]) -> Response:
    """What ``act`` leads to, or the page once more with a sentence and what the person typed."""
    try:
        return act()
    except KbError as error:
        return again(trouble_of(error), error)


def _named(things: Iterable[Matter | Department]) -> list[tuple[str, str]]:
    """The choices of a select."""
    return [(each.id, each.name) for each in things]


def _query(query: Mapping[str, Any], **other: object) -> str:
    """The query of a list's page with some of it changed; what is empty is left out."""
    return urlencode({name: value for name, value in {**query, **other}.items() if value not in (None, "")}, doseq=True)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("kb_service.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "pieces": pieces,
        "cited_within": cited_within,
        "link_to": link_to,
        "query": _query,
        "named": _named,
    }
    made.globals |= {
        "size_in_words": size_in_words,
        "moment_in_words": moment_in_words,
        "limits": LIMITS,
        "spans": spans,
    }
    made.filters |= {"visible": visible, "moment": moment_in_words, "deadline": deadline_in_words}
    return made


_TEMPLATES = _environment()
