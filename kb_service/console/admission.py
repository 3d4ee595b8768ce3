"""Who may see the console: signing in with a key or a name, and a page instead of a bare error."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from kb_service.api.access import COOKIE, NAME_COOKIE, ServiceOf
from kb_service.api.messages import messages
from kb_service.api.sent_files import sent_form
from kb_service.console.screens import Trouble, page, see, settled, trouble_of
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidPerson, InvalidRecord, KbError, NotAllowed, Unauthenticated
from kb_service.domain.people import Role, shown_name
from kb_service.domain.privacy import is_storable

_HOME = "/console"
_DESK = "/desk"


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The texts of a form; nothing here takes files but the upload, which reads its own."""
    async with sent_form(request, most_files=1, most_fields=50) as form:
        yield form


FormOf = Annotated[FormData, Depends(_form)]


def text_field(form: FormData, name: str) -> str:
    """A text field as it was typed, with the line ends of our texts; "" when it was not sent.

    Raises InvalidRecord for characters that no text has.
    """
    value = form.get(name)
    if isinstance(value, str) and not is_storable(value):
        raise InvalidRecord(
            f"{name} holds characters that no text has (NUL or half a surrogate pair)", Cause("odd_characters")
        )
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""


class Shown(APIRoute):
    """A route whose refusals are pages; who is not known, or may not, is shown where to sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except (Unauthenticated, NotAllowed, InvalidPerson) as error:  # InvalidPerson: the name in the cookie
                return await run_in_threadpool(_sign_in, request, trouble_of(error))
            except KbError as error:
                return await run_in_threadpool(page, request, "trouble.html", trouble=trouble_of(error))
            except RequestValidationError as error:
                told = messages(request.app.state.service.settings.prompts_dir).of_faults(error.errors())
                trouble = Trouble("unreadable", more=told)
                return await run_in_threadpool(page, request, "trouble.html", trouble=trouble)
            except HTTPException as error:
                trouble = Trouble("not_understood", error.status_code)
                return await run_in_threadpool(page, request, "trouble.html", trouble=trouble)

        return shown


router = APIRouter(include_in_schema=False, route_class=Shown)


@router.get("/console/login")
def login_page(request: Request, next: str = "") -> Response:
    return _sign_in(request, None, following=next)


@router.post("/console/login")
def login(request: Request, service: ServiceOf, form: FormOf) -> Response:
    following = _place(text_field(form, "next"))

    def with_name() -> Response:
        name = shown_name(str(form.get("name", "")))
        return _remembering(request, see(following), NAME_COOKIE, quote(name))

    def with_key() -> Response:
        key = text_field(form, "key").strip()
        actor = service.records.people.actor_with(key, at=service.now())
        if actor is None:
            raise Unauthenticated("no valid key")
        # The console is closed to who only helps; whoever sent them here means the desk.
        place = _DESK if following == _HOME and actor.roles == {Role.HELPER} else following
        return _remembering(request, see(place), COOKIE, key)

    is_keyless = request.app.state.keys_seen.is_keyless()
    return settled(
        with_name if is_keyless else with_key,
        lambda trouble, error: _sign_in(request, _of_login(trouble, error), following=following),
    )


@router.post("/console/logout")
def logout() -> Response:
    response = see("/console/login")
    for name in (COOKIE, NAME_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="strict")
    return response


def _sign_in(request: Request, trouble: Trouble | None, *, following: str | None = None) -> Response:
    place = request.url.path if following is None and request.method == "GET" else following or _HOME
    return page(request, "login.html", trouble=trouble, following=_place(place))


def _of_login(trouble: Trouble, error: KbError) -> Trouble:
    """Why a key does not open is never said, to nobody."""
    if isinstance(error, Unauthenticated):
        return Trouble("wrong_key", trouble.status)
    return trouble


def _place(path: str) -> str:
    """A place of the console, or the desk, whatever an address made elsewhere says."""
    is_ours = path in (_HOME, _DESK) or path.startswith(f"{_HOME}/")
    return path if is_ours and "\\" not in path and not path.startswith(f"{_HOME}/log") else _HOME


def _remembering(request: Request, response: Response, name: str, value: str) -> Response:
    """Until the browser closes; no script reads it, and no other site's page sends it."""
    is_secure = request.url.scheme == "https"
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=is_secure, path="/")
    return response
