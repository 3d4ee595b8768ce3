"""`kb helpers` and `kb escalations`: human help over HTTP, for helpers with their key and operators of the machine."""

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from kb_service.domain.clocks import OrderKind
from kb_service.domain.escalations import EscalationState, Verdict
from kb_service.settings import Settings
from kb_service.terminal import AsJson, print_json

if TYPE_CHECKING:
    from kb_service.client import ServiceClient

helpers = typer.Typer(no_args_is_help=True, help="Who answers people, for which departments.")
escalations = typer.Typer(no_args_is_help=True, help="Questions in the hands of people: the queue, and every move.")

Id = Annotated[str, typer.Argument(metavar="ID", help="Of the escalation, as the list has it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As on their key.")]
Why = Annotated[str, typer.Option("--reason", help="Read by the helpers who come after.")]
Url = Annotated[str | None, typer.Option("--url", envvar="KB_URL", help="Of the service; else the one running here.")]
Key = Annotated[str | None, typer.Option("--key", envvar="KB_KEY", help="Yours. Better in the environment.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Your name, where no key was ever made.")]


@helpers.command("list")
def list_helpers(url: Url = None, key: Key = None, actor: Actor = None, as_json: AsJson = False) -> None:
    """Who helps, how many talks each holds, and who is there."""
    found = service_at(url, key, actor).call("GET", "/v1/helpers")
    told({"helpers": found}, "\n".join(map(_helper_line, found)) or "nobody helps yet: kb helpers set", as_json)


@helpers.command("set")
def set_helper(
    name: Name,
    department: Annotated[list[str], typer.Option(help="Id, name or alias; may be repeated.")],
    capacity: Annotated[int, typer.Option(help="Talks at a time.")] = 3,
    lead: Annotated[
        bool, typer.Option("--lead", help="Hands on what others are in charge of, and sees the team.")
    ] = False,
    junior: Annotated[
        bool, typer.Option("--junior", help="Their replies wait until another helper approves them.")
    ] = False,
    skill: Annotated[list[str] | None, typer.Option(help="Id of a matter, or a word; may be repeated.")] = None,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Somebody helps from now on, as said here: what is not said is not kept from before."""
    body = {
        "departments": department,
        "capacity": capacity,
        "is_lead": lead,
        "is_junior": junior,
        "skills": skill or [],
    }
    made = service_at(url, key, actor).call("PUT", f"/v1/helpers/{quote(name, safe='')}", body)
    told(made, _helper_line(made), as_json)


@helpers.command("remove")
def remove_helper(name: Name, url: Url = None, key: Key = None, actor: Actor = None) -> None:
    """No helper any more; what they wrote stays."""
    service_at(url, key, actor).call("DELETE", f"/v1/helpers/{quote(name, safe='')}")
    print(f"{name} helps no more")


@escalations.command("list")
def list_escalations(
    state: Annotated[list[EscalationState] | None, typer.Option(help="May be repeated; else all.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="In my charge.")] = False,
    late: Annotated[bool, typer.Option("--late", help="A clock of theirs is over.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Those of my departments, the newest first."""
    wanted = {"state": list(state or ()), "mine": mine, "late": late, "limit": limit}
    found = service_at(url, key, actor).call("GET", "/v1/escalations", parameters=wanted)
    shown = "\n".join(_line(each) for each in found["escalations"])
    told(found, shown or "nothing; only helpers see the queue, each that of their departments", as_json)


@escalations.command("show")
def show(escalation_id: Id, url: Url = None, key: Key = None, actor: Actor = None, as_json: AsJson = False) -> None:
    """One with its summary, its clocks and the whole talk. Reading another's talk is told in the trail."""
    service = service_at(url, key, actor)
    its = f"/v1/escalations/{quote(escalation_id, safe='')}"
    found, said = service.call("GET", its), service.call("GET", f"{its}/messages")
    clocks = [f"  {each['kind']}: due {each['due_at']}{_end(each)}" for each in found["clocks"]]
    talk = [f"  {each['at']}  {each['name'] or 'person'}: {each['move'] or ''} {each['text']}" for each in said]
    lines = [_line(found), *found["subject"]["summary"].splitlines(), *clocks, *talk]
    told(found | {"messages": said}, "\n".join(lines), as_json)


@escalations.command("claim")
def claim(escalation_id: Id, url: Url = None, key: Key = None, actor: Actor = None, as_json: AsJson = False) -> None:
    """Take it from the queue."""
    _move(service_at(url, key, actor), escalation_id, "claim", None, as_json)


@escalations.command("reply")
def reply(
    escalation_id: Id,
    text: Annotated[str, typer.Argument(help="What the person reads.")],
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Write to the person."""
    _move(service_at(url, key, actor), escalation_id, "reply", {"text": text}, as_json)


@escalations.command("transfer")
def transfer(
    escalation_id: Id,
    to: Annotated[str, typer.Option(help="The department: id, name or alias.")],
    reason: Why,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Hand it to another department."""
    _move(service_at(url, key, actor), escalation_id, "transfer", {"department": to, "reason": reason}, as_json)


@escalations.command("order")
def order(
    escalation_id: Id,
    kind: Annotated[OrderKind, typer.Option(help="simple: 5 working days; complex: 15.")],
    reason: Why = "",
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Make it a work order."""
    _move(service_at(url, key, actor), escalation_id, "order", {"kind": kind, "reason": reason}, as_json)


@escalations.command("resolve")
def resolve(
    escalation_id: Id,
    verdict: Annotated[Verdict, typer.Option(help="Whether the person was helped; else give the reason too.")],
    reason: Why = "",
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Close it."""
    _move(service_at(url, key, actor), escalation_id, "resolve", {"verdict": verdict, "reason": reason}, as_json)


@escalations.command("return")
def return_(
    escalation_id: Id,
    reason: Why = "",
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Back to the assistant."""
    _move(service_at(url, key, actor), escalation_id, "return", {"reason": reason}, as_json)


def _move(service: "ServiceClient", escalation_id: str, name: str, body: object, as_json: bool) -> None:
    moved = service.call("POST", f"/v1/escalations/{quote(escalation_id, safe='')}:{name}", body)
    waits = "" if moved.get("is_sent", True) else "\nnot sent yet: another helper of the department approves it first"
    told(moved, f"{_line(moved)}{waits}", as_json)


def service_at(url: str | None, key: str | None, actor: str | None) -> "ServiceClient":
    """The service at ``url``, else the one that runs here; by a key or a name, else as the machine's operator.

    Raises ServiceUnreachable where none runs here.
    """
    from kb_service.client import ServiceClient
    from kb_service.domain.errors import ServiceUnreachable
    from kb_service.wiring import owner_address

    if url is not None:
        return ServiceClient(url, key=key, actor=actor)
    owner = owner_address(Settings())
    if owner is None:
        raise ServiceUnreachable("no service runs on this data folder: start `kb serve`, or say which with --url")
    shown = key if key or actor else owner.token
    return ServiceClient(f"http://{owner.host}:{owner.port}", key=shown, actor=actor)


def _helper_line(helper: dict[str, Any]) -> str:
    words = (("lead", helper["is_lead"]), ("junior", helper["is_junior"]), ("there", helper["is_on_duty"]))
    marks = [word for word, holds in words if holds]
    of, skills = ",".join(helper["departments"]), ",".join(helper["skill_names"])
    talks = f"{helper['holds']} of {helper['capacity']} talks"
    return "  ".join([helper["name"], of, talks, *marks, *([f"skills: {skills}"] if skills else [])])


def _line(escalation: dict[str, Any]) -> str:
    """Id, state, department, when it is due, in whose hands, what is asked."""
    due = f"due {escalation['due_at']}" if escalation["due_at"] else f"opened {escalation['opened_at']}"
    words = " ".join((escalation["subject"]["question"] or "").split())
    parts = [
        escalation["id"],
        escalation["state"],
        escalation["department"]["name"],
        due + (" LATE" if escalation["is_late"] else ""),
        escalation["helper_name"] or "nobody yet",
        words[:60],
    ]
    return "  ".join(filter(None, parts))


def _end(clock: dict[str, Any]) -> str:
    for name in ("met", "stopped", "breached"):
        if clock[f"{name}_at"]:
            return f", {name} {clock[f'{name}_at']}"
    return ""


def told(value: object, text: str, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        print(text)
