"""`kb webhooks`: which other systems are told what happens, what did not reach them, and sending that again."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from kb_service.domain.webhooks import WebhookEvent, WebhookForm
from kb_service.help_command import Actor, Key, Url, service_at, told
from kb_service.terminal import AsJson

webhooks = typer.Typer(no_args_is_help=True, help="Other systems that are told what happens, and what reached them.")

_MOST_AT_ONCE = 500


@webhooks.command("list")
def list_webhooks(url: Url = None, key: Key = None, actor: Actor = None, as_json: AsJson = False) -> None:
    """Who is told of what; ended ones too."""
    found = service_at(url, key, actor).call("GET", "/v1/webhooks")
    told({"webhooks": found}, "\n".join(map(_webhook_line, found)) or "no other system is told anything", as_json)


@webhooks.command("add")
def add(
    target: Annotated[str, typer.Argument(metavar="ADDRESS", help="Inside a private network: see KB_WEBHOOK_HOSTS.")],
    form: Annotated[WebhookForm, typer.Option(help="json is signed; the others are lines for a group.")] = (
        WebhookForm.JSON
    ),
    event: Annotated[list[WebhookEvent] | None, typer.Option(help="May be repeated; else all.")] = None,
    department: Annotated[list[str] | None, typer.Option(help="Id, name or alias; may be repeated; else all.")] = None,
    robot_secret: Annotated[
        str | None,
        typer.Option(envvar="KB_ROBOT_SECRET", show_envvar=True, help="What DingTalk shows for a robot with 加签."),
    ] = None,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Tell a system from now on; its secret is shown once."""
    body: dict[str, Any] = {"url": target, "form": form, "events": event or [], "departments": department or []}
    if robot_secret:
        body["robot_secret"] = robot_secret.strip()
    made = service_at(url, key, actor).call("POST", "/v1/webhooks", body)
    shown = f"\nsecret, shown only now: {made['secret']}" if made["secret"] else ""
    told(made, f"{_webhook_line(made['webhook'])}{shown}", as_json)


@webhooks.command("end")
def end(
    webhook_id: Annotated[str, typer.Argument(metavar="ID", help="As the list has it.")],
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
) -> None:
    """Tell it nothing more."""
    service_at(url, key, actor).call("POST", f"/v1/webhooks/{quote(webhook_id, safe='')}:end")
    print(f"{webhook_id} is told nothing more")


@webhooks.command("deliveries")
def deliveries(
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up after a day.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=_MOST_AT_ONCE)] = 100,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """What was told, is still to be told or was given up, the newest first."""
    wanted = {"limit": limit, **({"dead": True} if dead else {})}
    found = service_at(url, key, actor).call("GET", "/v1/deliveries", parameters=wanted)
    told({"deliveries": found}, "\n".join(map(_delivery_line, found)) or "nothing", as_json)


@webhooks.command("send")
def send(
    delivery_id: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Dead letters.")] = None,
    every: Annotated[bool, typer.Option("--all", help=f"All of them, {_MOST_AT_ONCE} at a time.")] = False,
    url: Url = None,
    key: Key = None,
    actor: Actor = None,
) -> None:
    """Send dead letters again, for another day, under the ids that they had."""
    if every == bool(delivery_id):
        raise typer.BadParameter("say which by their ids, or all of them with --all")
    service = service_at(url, key, actor)
    dead = service.call("GET", "/v1/deliveries", parameters={"dead": True, "limit": _MOST_AT_ONCE}) if every else []
    for each in [letter["id"] for letter in dead] or delivery_id or []:
        service.call("POST", f"/v1/deliveries/{quote(each, safe='')}:send")
        print(f"{each} is sent again")


def _webhook_line(webhook: dict[str, Any]) -> str:
    of = ",".join(webhook["departments"]) or "all departments"
    ended = f"ENDED {webhook['ended_at']}" if webhook["ended_at"] else ""
    form = f"{webhook['form']}{' (signed)' if webhook['has_robot_secret'] else ''}"
    parts = [webhook["id"], form, webhook["url"], ",".join(webhook["events"]) or "all events", of, ended]
    return "  ".join(filter(None, parts))


def _delivery_line(delivery: dict[str, Any]) -> str:
    """Id, event, of which talk, what became of it, and the last error."""
    tried = f"tried {delivery['attempts']} times, due {delivery['due_at']}"
    ends = ((delivery["delivered_at"], "delivered"), (delivery["dead_at"], "DEAD"))
    became = next((f"{word} {at}" for at, word in ends if at), tried)
    error = f"({delivery['error']})" if delivery["error"] and not delivery["delivered_at"] else ""
    parts = [delivery["id"], delivery["event"], delivery["escalation_id"], became, error]
    return "  ".join(filter(None, parts))
