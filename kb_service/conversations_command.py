"""`kb conversations`: what is kept of one conversation, given to the person whose it is, or erased.

In the database that a running service uses as well: neither key nor index is needed.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb_service.settings import Settings

if TYPE_CHECKING:
    from kb_service.records import Records

conversations = typer.Typer(no_args_is_help=True, help="What is kept of one conversation: exported, or erased.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The conversation_id of its answers.")]
Of = Annotated[str | None, typer.Option("--of", help="Which one, where several people's have this id.")]


@conversations.command("export")
def export(
    conversation_id: Id,
    out: Annotated[Path | None, typer.Option(help="A new file, for its owner alone; else it is printed.")] = None,
    of: Of = None,
    as_text: Annotated[bool, typer.Option("--text", help="A short Chinese text instead of JSON.")] = False,
    notes: Annotated[
        bool, typer.Option("--with-notes", help="Helpers' notes too, and the reasons of their moves.")
    ] = False,
) -> None:
    """Questions, answers as given with their citations, feedback, talks, moves and clocks; the trail tells of it."""
    from pydantic import TypeAdapter

    from kb_service.domain.exports import ConversationExport
    from kb_service.exported_text import text_of
    from kb_service.wiring import now, open_records

    if out is not None and out.exists():  # its readers would be this one's
        raise typer.BadParameter(f"{out} is there already; name a new file")
    settings = Settings()
    with open_records(settings) as records:
        found = records.exporting.conversation(conversation_id, of=of, with_notes=notes, actor="operator", at=now())
        names = _names(records)
    if as_text:
        written = text_of(found, settings.prompts_dir, name_of=names)
    else:
        written = TypeAdapter(ConversationExport).dump_json(found, indent=2).decode() + "\n"
    if out is None:
        print(written, end="")
        return
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
        target.write(written)
    print(f"exported to {out}: {len(found.answers)} answers, {len(found.talks)} talks")


@conversations.command("erase")
def erase(conversation_id: Id, of: Of = None) -> None:
    """Erase what was typed and answered in it, as `kb erase --conversation` does; what is counted by stays."""
    from kb_service.commands import erase as run

    erased = run(Settings(), conversation=conversation_id, of=of)
    print(f"erased: {erased.answers} answers, {erased.talks} talks")


def _names(records: "Records") -> dict[str, str]:
    departments = {each.id: each.name for each in records.catalogue.departments()}
    return departments | {each.person_id: each.name for each in records.helpers.all()}
