"""Commands of who keeps an installation: `check`, `doctor`, `reindex`, `backup`, `restore`, `erase`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kb_service.settings import Settings
from kb_service.terminal import AsJson, print_json

upkeep = typer.Typer()


def _head(written: str | None) -> str | None:
    from kb_service.domain.trail import is_head

    if written is not None and not is_head(written.strip()):
        raise typer.BadParameter(
            f"{written!r} is no head; copy the whole of what `kb check` printed after the word head"
        )
    return None if written is None else written.strip()


@upkeep.command()
def check(
    head: Annotated[
        str | None, typer.Option(callback=_head, help="A head of the trail that was written down earlier.")
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Say in the trail that the rows found changed are right as they are."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the database with the index, the passages and the original files; verify the trail and print its head."""
    from kb_service.commands import accept_rows
    from kb_service.commands import check as run

    if accept is not None:
        print(f"accepted: {accept_rows(Settings(), accept)} rows", file=sys.stderr)
    checked = run(Settings(), kept_head=head)
    if as_json:
        print_json(checked)
    else:
        for each in checked["findings"]:
            print(f"{each['kind']}: {each['subject']}: {each['detail']}")
        trail = checked["trail"]
        print(f"trail: {trail['events']} entries, {trail['answers']} answers, head {trail['hash']}")
        print("clean" if not checked["findings"] else f"{len(checked['findings'])} findings")
    if checked["findings"]:
        raise typer.Exit(1)


@upkeep.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this installation and what to do; exit code 1 when something is."""
    from kb_service.doctor import diagnoses

    found = []
    for each in diagnoses(Settings(), words_of_doors=words_of_doors()):
        found.append(each)
        if not as_json:  # at once: what comes next may wait for something that does not answer
            told = f"{'WRONG' if each.problem else 'ok':6} {each.subject}{': ' if each.problem else ''}{each.problem}"
            print(told, flush=True)
    if as_json:
        print_json([{"subject": each.subject, "problem": each.problem or None} for each in found])
    if any(each.problem for each in found):
        raise typer.Exit(1)


@upkeep.command()
def reindex(
    anew: Annotated[
        bool, typer.Option("--anew", help="Compute words and vectors from the texts again first: as long as an import.")
    ] = False,
) -> None:
    """Rebuild the index from the database; nothing is embedded that already was."""
    from kb_service.commands import compute_anew
    from kb_service.commands import reindex as run

    if anew:
        compute_anew(Settings())
    print(f"rebuilt: {run(Settings())} points")


@upkeep.command()
def backup(
    target: Annotated[
        Path, typer.Argument(help="A .zip to be made, or a folder that gets one named after the moment.")
    ],
    as_json: AsJson = False,
) -> None:
    """Put everything that is kept into one file, beside a running service too."""
    from kb_service.backup_command import back_up_shown

    if not back_up_shown(Settings(), target, as_json=as_json):
        raise typer.Exit(1)


@upkeep.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `kb backup` made.")],
    replace: Annotated[bool, typer.Option("--replace", help="Set aside what is in the data folder already.")] = False,
    head: Annotated[
        str | None, typer.Option(callback=_head, help="A head of the trail that was written down with the backup.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Verify the backup and place nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty data folder and database, and check what is there then."""
    from kb_service.backup_command import restore_shown, verify_shown

    if dry_run:
        verify_shown(Settings(), file, as_json=as_json)
    elif not restore_shown(Settings(), file, replace=replace, kept_head=head, as_json=as_json):
        raise typer.Exit(1)


@upkeep.command()
def erase(
    conversation: Annotated[str | None, typer.Option(help="The id of a conversation.")] = None,
    user: Annotated[str | None, typer.Option(help="A user_ref as the frontend sends it.")] = None,
    older_than: Annotated[
        int | None, typer.Option(min=0, max=36500, help="Everything asked more than so many days ago.")
    ] = None,
) -> None:
    """Erase what people typed and were answered; what outcomes are counted by stays."""
    from kb_service.commands import erase as run

    if sum(each is not None for each in (conversation, user, older_than)) != 1:
        raise typer.BadParameter("say what to erase by one of --conversation, --user and --older-than")
    erased = run(Settings(), conversation=conversation, user=user, older_than=older_than)
    print(f"erased: {erased.answers} answers, {erased.talks} talks")


def words_of_doors() -> Sequence[Callable[[Path], object]]:
    """What reads the files of words that only doors use; each raises VocabularyFault."""
    from kb_service.api.door_words import door_words
    from kb_service.api.messages import messages
    from kb_service.console.public_page import transparency_words
    from kb_service.console.words import console_messages, words_for_scripts
    from kb_service.exported_text import load_export_words

    return (messages, words_for_scripts, console_messages, transparency_words, door_words, load_export_words)
