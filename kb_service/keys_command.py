"""`kb keys`: made, listed and revoked by whoever can read the database."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from kb_service.domain.people import Role
from kb_service.settings import Settings
from kb_service.terminal import AsJson, day_of, print_json

keys = typer.Typer(no_args_is_help=True, help="Keys of people: who may do what over HTTP.")


@keys.command("create")
def create_key(
    person: Annotated[str, typer.Option(help="Whose key; one person may have several.")],
    role: Annotated[list[Role], typer.Option(help="What the key is for; may be repeated.")],
    label: Annotated[str, typer.Option(help="Where it is used.")] = "",
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day on which it opens nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once. With the first key the service is keyless no more."""
    from kb_service.commands import make_key

    made = make_key(Settings(), person, roles=role, label=label, expires=day_of(expires))
    if as_json:
        print_json(made)
        return
    print(made["key"])
    print(f"The key of {made['name']} ({', '.join(made['roles'])}); it cannot be shown again.", file=sys.stderr)


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Every key that was ever made, without its secret."""
    from kb_service.commands import every_key, key_in_a_line

    found = every_key(Settings())
    if as_json:
        print_json({"keys": found})
        return
    for each in found:
        print(key_in_a_line(each))


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Close a key for good; a running server refuses it from its next request on."""
    from kb_service.commands import close_key, key_in_a_line

    closed = close_key(Settings(), key_id)
    if as_json:
        print_json(closed)
    else:
        print(key_in_a_line(closed))
