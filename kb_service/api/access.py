"""Who acts, and whether they may: every route of `/v1` says with `needs` which roles it is for.

As long as no key was ever made the service is keyless: it serves this machine, whoever asks has all roles, and the
name comes from the header `X-KB-Actor`, else from the cookie that the console's pages set.
"""

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, NoReturn, cast
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPBearer

from kb_service.domain.errors import InvalidPerson, NotAllowed, Unauthenticated
from kb_service.domain.people import Actor, Role, person_id, shown_name
from kb_service.service import Service

COOKIE = "kb_key"
ACTOR_HEADER = "X-KB-Actor"
# A browser cannot send the header: without keys its pages remember the name here, percent-encoded.
NAME_COOKIE = "kb_actor"
EVERY_ROLE = frozenset(Role)
# Who may ask and read what is published.
ASKING = (Role.FRONTEND, Role.HELPER, Role.EDITOR, Role.REVIEWER, Role.EVALUATOR)

# Other `kb` commands on this machine, which show the token of the process that owns the index.
OPERATOR = Actor("operator", "operator", EVERY_ROLE, None)
VISITOR = Actor("anonymous", "anonymous", frozenset({Role.FRONTEND}), None)
_KEYLESS_NAME = "local-admin"

router = APIRouter(prefix="/v1", tags=["access"])


@dataclass(slots=True)
class KeysSeen:
    """Whether a key was ever made: looked up at most each second, and no longer once there was one."""

    look: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    _seen: bool = False
    _looked_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_keyless(self) -> bool:
        if self.needs_look:
            with self._lock:
                if self.needs_look:
                    self._seen = self.look()
                    self._looked_at = self.clock()
        return not self._seen

    @property
    def needs_look(self) -> bool:
        return not self._seen and self.clock() - self._looked_at >= 1

    @property
    def is_known_keyless(self) -> bool:
        """Keyless, and that without a look into the database now."""
        return not self._seen and not self.needs_look


def actor_of(request: Request) -> Actor:
    """From the owner's token, the key in `Authorization` or in the cookie, or (keyless) the header `X-KB-Actor`.

    Looked up once for each request, whoever asks. Raises Unauthenticated, without saying what was wrong with the key,
    and InvalidPerson for a name that is none.
    """
    found: Actor | None = getattr(request.state, "actor", None)
    if found is None:
        found = request.state.actor = _read_actor(request)
    return found


def require_still(request: Request, actor: Actor) -> None:
    """That the key a stream was opened with opens it now: it is open for hours, and keys are revoked and end meanwhile.
    Raises Unauthenticated."""
    if _read_actor(request).person_id != actor.person_id:
        _nobody()


def _read_actor(request: Request) -> Actor:
    service: Service = request.app.state.service
    bearer = _bearer(request)
    if bearer is not None and _is_owner(request, bearer):
        return OPERATOR
    if request.app.state.keys_seen.is_keyless():
        return _keyless_actor(request)
    if bearer is not None:
        return _holder(service, bearer)
    if cookie := request.cookies.get(COOKIE):
        # A resident's browser may still hold a key that ended: to them the service is open all the same.
        holder = service.records.people.actor_with(cookie, at=service.now())
        if holder or not service.settings.open_asking:
            return holder or _nobody()
    return VISITOR if service.settings.open_asking else _nobody()


def shows_key(request: Request) -> bool:
    """Whether anything that stands in a key's place came along, valid or not."""
    return _bearer(request) is not None or COOKIE in request.cookies


def _bearer(request: Request) -> str | None:
    """What stands behind `Bearer`. Another scheme says nothing to us: a proxy in front may ask for a password."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    return shown.strip() if scheme.lower() == "bearer" else None


def _is_owner(request: Request, bearer: str) -> bool:
    token: str | None = request.app.state.owner_token()
    return token is not None and hmac.compare_digest(bearer.encode(), token.encode())


def _holder(service: Service, written: str) -> Actor:
    return service.records.people.actor_with(written, at=service.now()) or _nobody()


def _nobody() -> NoReturn:
    raise Unauthenticated("show a valid key: Authorization: Bearer kb_…")


def _keyless_actor(request: Request) -> Actor:
    written = request.headers.get(ACTOR_HEADER, request.cookies.get(NAME_COOKIE, _KEYLESS_NAME))
    try:  # servers give header bytes as Latin-1; the name in them is UTF-8, plain or percent-encoded
        name = unquote_to_bytes(written.encode("latin-1")).decode()
    except UnicodeDecodeError as error:
        raise InvalidPerson(f"the name in {ACTOR_HEADER} or {NAME_COOKIE} is not UTF-8") from error
    return Actor(person_id(name), shown_name(name), EVERY_ROLE, None)


_IN_HEADER = HTTPBearer(scheme_name="key", description="kb_…; the role admin has all roles.", auto_error=False)
_IN_COOKIE = APIKeyCookie(scheme_name="key in a cookie", name=COOKIE, auto_error=False)


async def _known_actor(
    request: Request, _shown: Annotated[Any, Security(_IN_HEADER)], _kept: Annotated[Any, Security(_IN_COOKIE)]
) -> Actor:
    """In a thread only where the database is read; the other parameters declare in OpenAPI how a key is shown."""
    if hasattr(request.state, "actor") or request.app.state.keys_seen.is_known_keyless:
        return actor_of(request)
    return await run_in_threadpool(actor_of, request)


ActorOf = Annotated[Actor, Depends(_known_actor)]


@dataclass(frozen=True, slots=True)
class Needed:
    """A dependency that gives the actor if they have any of the roles; an administrator has them all."""

    roles: tuple[Role, ...]

    async def __call__(self, actor: ActorOf) -> Actor:
        if actor.has_any_of(self.roles):
            return actor
        if actor is VISITOR:
            _nobody()
        raise NotAllowed(f"this needs one of the roles {', '.join(self.roles)}; ask an administrator for a key with it")


def needs(*roles: Role) -> Any:
    """``actor: Annotated[Actor, needs(Role.EDITOR)]``: any of the roles, which OpenAPI lists with the security scheme.

    Raises Unauthenticated or NotAllowed.
    """
    return Security(Needed(roles), scopes=list(roles))


Asker = Annotated[Actor, needs(*ASKING)]
Editor = Annotated[Actor, needs(Role.EDITOR)]
Reviewer = Annotated[Actor, needs(Role.REVIEWER)]
Staff = Annotated[Actor, needs(Role.EDITOR, Role.REVIEWER)]
HelperActor = Annotated[Actor, needs(Role.HELPER)]
AdminActor = Annotated[Actor, needs(Role.ADMIN)]
# Who judges the audited sample.
Evaluator = Annotated[Actor, needs(Role.EVALUATOR)]
# Who may take a recalibrated confidence into use.
Consenter = Annotated[Actor, needs(Role.EVALUATOR, Role.REVIEWER)]
# Who may see how the lead time is kept.
Watcher = Annotated[Actor, needs(Role.EDITOR, Role.REVIEWER, Role.EVALUATOR)]


@dataclass(frozen=True, slots=True)
class Me:
    """Who the request comes from. ``keyless``: no key was ever made, and everybody on this machine has all roles."""

    person_id: str
    name: str
    roles: list[Role]
    keyless: bool


@router.get("/me")
def me(request: Request, actor: Asker) -> Me:
    """Who I am to the service."""
    return Me(actor.person_id, actor.name, sorted(actor.roles), request.app.state.keys_seen.is_keyless())


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


ServiceOf = Annotated[Service, Depends(_service)]
