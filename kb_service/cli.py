"""The command line door: `kb`. Heavy libraries are imported by the commands that use them."""

import json
import os
import sys
from datetime import date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from kb_service.conversations_command import conversations
from kb_service.domain.errors import KbError
from kb_service.domain.people import Role
from kb_service.domain.resolution import By as GroupedBy
from kb_service.domain.switches import Covers
from kb_service.help_command import escalations, helpers
from kb_service.settings import Settings, settings_fault

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A knowledge base whose answers cite exact versions in force.",
)

AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day whose rules are wanted.")]
StartNew = Annotated[
    bool, typer.Option("--new", help="Start with an empty database although originals or an index are there.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    new: StartNew = False,
) -> None:
    """Serve the answer API and the pages until Ctrl-C."""
    from kb_service.server import run

    settings = _settings(new)
    run(settings, host=host or settings.host, port=port or settings.port)


@app.command()
def worker() -> None:
    """Read and embed uploads beside `kb serve`, with PostgreSQL, until Ctrl-C."""
    from kb_service.working import run

    run(Settings())


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, or .jsonl in the bulk format.")],
    publish: Annotated[bool, typer.Option("--publish", help="Approve as a trusted bulk import.")] = False,
    actor: Annotated[str, typer.Option(help="Who imports; recorded.")] = "local-admin",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Write refused records with their reasons to this .jsonl or .csv.")
    ] = None,
    as_json: AsJson = False,
    new: StartNew = False,
) -> None:
    """Take documents in; bad ones are refused alone, with the reason."""
    from kb_service.ingest_command import Purpose, run

    purpose = Purpose(publish=publish, dry_run=dry_run, actor=actor)
    if run(_settings(new), paths, purpose, refused_to=refused, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def ask(question: str, as_of: AsOf = None, region: str | None = None, as_json: AsJson = False) -> None:
    """Ask a question."""
    from kb_service.commands import ask as run

    answer = run(Settings(), question, as_of=_day(as_of), region=region)
    if as_json:
        _print_json(answer)
    else:
        _print_answer(answer)


@app.command()
def search(
    query: str,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """Find passages in force."""
    from kb_service.commands import search as run

    found = run(Settings(), query, as_of=_day(as_of), limit=limit)
    if as_json:
        _print_json(found)
        return
    for number, hit in enumerate(found["hits"], start=1):
        place = " › ".join([hit["title"], *hit["heading_path"]])
        print(f"{number}. [{hit['score']:.2f}] {place}\n   {_short(hit['text'], 120)}")


@app.command()
def parse(file: Path, as_json: AsJson = False) -> None:
    """Show what is read from a file."""
    from kb_service.ingest_command import parsed_file

    parsed = parsed_file(Settings(), file)
    rows = [{"question": row.question, "answer": row.answer, "row": row.row} for row in parsed.question_answers]
    names = ("kind", "level", "text", "page", "second", "html")
    blocks = [{name: getattr(block, name) for name in names} for block in parsed.blocks]
    blocks += [{"kind": "paragraph", "text": f"问：{row['question']}\n答：{row['answer']}"} for row in rows]
    if as_json:
        _print_json(
            {
                "blocks": blocks,
                "question_answers": rows,
                "refused_rows": [{"row": row.row, "reason": row.reason} for row in parsed.refused_rows],
                "metadata": dict(parsed.metadata),
                "report": parsed.report.as_json(),
            }
        )
        return
    for block in blocks:
        print(("#" * (block.get("level") or 1) + " " if block["kind"] == "heading" else "") + block["text"])
    refused = [f"row {row.row} is no question with its answer: {row.reason}" for row in parsed.refused_rows]
    print("\n".join([*parsed.report.lines(), *refused]), file=sys.stderr)


@app.command()
def route(question: str, as_json: AsJson = False) -> None:
    """Say which department is responsible."""
    from kb_service.commands import route as run

    found = run(Settings(), question)
    if as_json:
        _print_json(found)
        return
    for each in found["departments"]:
        print(f"{each['score']:.2f}  {each['name']}  ({each['reason']})")


def _head(written: str | None) -> str | None:
    from kb_service.domain.trail import is_head

    if written is not None and not is_head(written.strip()):
        raise typer.BadParameter(
            f"{written!r} is no head; copy the whole of what `kb check` printed after the word head"
        )
    return None if written is None else written.strip()


@app.command()
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
        _print_json(checked)
    else:
        for each in checked["findings"]:
            print(f"{each['kind']}: {each['subject']}: {each['detail']}")
        trail = checked["trail"]
        print(f"trail: {trail['events']} entries, {trail['answers']} answers, head {trail['hash']}")
        print("clean" if not checked["findings"] else f"{len(checked['findings'])} findings")
    if checked["findings"]:
        raise typer.Exit(1)


@app.command()
def resolution(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, counted in.")] = (
        None
    ),
    by: Annotated[GroupedBy, typer.Option(help="What to group by.")] = GroupedBy.WEEK,
    check: Annotated[
        bool, typer.Option("--check", help="Count everything again from the raw rows; exit code 1 if it differs.")
    ] = False,
) -> None:
    """What was resolved: confirmed, implied, and as people judged a sample, with intervals."""
    from kb_service.resolution_command import check as run_check
    from kb_service.resolution_command import check_samples, lines

    if not check:
        print("\n".join(lines(Settings(), first=_day(first), last=_day(last), by=by)))
        return
    checked = run_check(Settings())
    for each in checked.differences:
        print(f"{each.by} {each.value or 'unknown'}: {each.figure} is {each.kept}, the rows say {each.counted}")
    counted = f"{checked.figures} figures from {checked.answers} answers and {checked.talks} talks"
    erased = f"; of {checked.erased} rows the words were erased, what is left of them is taken as kept"
    print(f"{counted}: {len(checked.differences)} differ{erased if checked.erased else ''}")
    samples, not_as_told = check_samples(Settings())
    print("".join(f"{each}\n" for each in not_as_told), end="")
    print(f"{samples} audited samples compared with the trail: {len(not_as_told)} differences")
    if checked.differences or not_as_told:
        raise typer.Exit(1)


@app.command()
def report(
    month: Annotated[str, typer.Option(help="Of which month: 2026-11.")],
    out: Annotated[
        Path | None, typer.Option(help="The file, report-MONTH.html unless given; with --public a folder.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Open data without small counts, and a page of what the service is.")
    ] = False,
) -> None:
    """Write the report of a month as one HTML file, or what everybody may have of it."""
    from kb_service.report_command import write_month, write_public

    settings = Settings()
    if not public:
        print(f"written: {write_month(settings, month, out)}")
        return
    for path in write_public(settings, month, out or Path(f"public-{month}")):
        print(f"written: {path}")
    if not settings.contact:
        print("nobody is named who answers for the service: set KB_CONTACT", file=sys.stderr)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this installation and what to do; exit code 1 when something is."""
    from kb_service.doctor import diagnoses

    found = list(diagnoses(Settings()))
    if as_json:
        _print_json([{"subject": each.subject, "problem": each.problem or None} for each in found])
    else:
        for each in found:
            print(f"{'WRONG' if each.problem else 'ok':6} {each.subject}{': ' if each.problem else ''}{each.problem}")
    if any(each.problem for each in found):
        raise typer.Exit(1)


@app.command()
def reindex() -> None:
    """Rebuild the index from the database; nothing is embedded that already was."""
    from kb_service.commands import reindex as run

    print(f"rebuilt: {run(Settings())} points")


@app.command()
def backup(
    target: Annotated[
        Path, typer.Argument(help="A file to be made, or a folder that gets one named after the moment.")
    ],
    as_json: AsJson = False,
) -> None:
    """Put everything that is kept into one file, beside a running service too."""
    from kb_service.backup_command import back_up_shown

    if not back_up_shown(Settings(), target, as_json=as_json):
        raise typer.Exit(1)


@app.command()
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


@app.command()
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
    print(f"erased: {run(Settings(), conversation=conversation, user=user, older_than=older_than)} answers")


app.add_typer(conversations, name="conversations")
app.add_typer(helpers, name="helpers")
app.add_typer(escalations, name="escalations")

keys = typer.Typer(no_args_is_help=True, help="Keys of people: who may do what over HTTP.")
app.add_typer(keys, name="keys")


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

    made = make_key(Settings(), person, roles=role, label=label, expires=_day(expires))
    if as_json:
        _print_json(made)
        return
    print(made["key"])
    print(f"The key of {made['name']} ({', '.join(made['roles'])}); it cannot be shown again.", file=sys.stderr)


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Every key that was ever made, without its secret."""
    from kb_service.commands import every_key, key_in_a_line

    found = every_key(Settings())
    if as_json:
        _print_json({"keys": found})
        return
    for each in found:
        print(key_in_a_line(each))


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Close a key for good; a running server refuses it from its next request on."""
    from kb_service.commands import close_key, key_in_a_line

    closed = close_key(Settings(), key_id)
    if as_json:
        _print_json(closed)
    else:
        print(key_in_a_line(closed))


switch = typer.Typer(no_args_is_help=True, help="Hand a matter, a department's, a document or everything to people.")
app.add_typer(switch, name="switch")

Covered = Annotated[
    Covers | None, typer.Option("--covers", help="What the name is of; otherwise a matter, department or document.")
]
Named = Annotated[str, typer.Argument(metavar="NAME", help="An id, a name or an alias; a document's id.")]
Everything = Annotated[bool, typer.Option("--everything", help="All answers there are.")]
Why = Annotated[str, typer.Option("--reason", help="Recorded in the trail.")]
By = Annotated[str, typer.Option("--actor", help="Who does it; recorded.")]


@switch.command("off")
def switch_off(
    reason: Why,
    name: Named = "",
    covers: Covered = None,
    everything: Everything = False,
    actor: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Give no more answers of it: within a second every running process hands it to people."""
    from kb_service.switch_command import off, switch_in_a_line

    made = off(Settings(), _covered(name, covers, everything), name, actor=actor, reason=reason)
    if as_json:
        _print_json(made)
    else:
        print(switch_in_a_line(made))


@switch.command("on")
def switch_on(
    reason: Why,
    name: Named = "",
    covers: Covered = None,
    everything: Everything = False,
    actor: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Answer it again. NAME may also be the id of the switch."""
    from kb_service.switch_command import on, switch_in_a_line

    taken_back = on(Settings(), _covered(name, covers, everything), name, actor=actor, reason=reason)
    if as_json:
        _print_json(taken_back)
    else:
        print(switch_in_a_line(taken_back))


@switch.command("list")
def list_switches(
    past: Annotated[bool, typer.Option("--past", help="Those taken back, instead of what is off.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is off now, since when, by whom and why."""
    from kb_service.switch_command import all_of, switch_in_a_line

    found = all_of(Settings(), past=past)
    if as_json:
        _print_json({"switches": found})
        return
    for each in found:
        print(switch_in_a_line(each))
    if not found:
        print("nothing is switched off" if not past else "nothing was taken back", file=sys.stderr)


def _covered(name: str, covers: Covers | None, everything: bool) -> Covers | None:
    is_everything = everything or covers is Covers.EVERYTHING
    if bool(name) == is_everything:
        raise typer.BadParameter("name one thing, or say --everything")
    return Covers.EVERYTHING if is_everything else covers


def main() -> None:
    """Errors go to stderr in one sentence; exit code 1 for what went wrong, 2 for wrong usage."""
    os.umask(0o077)  # what this process and its children keep is for their own user only
    _add_commands_of_other_packages()
    try:
        app()
    except KbError as error:
        print(f"kb: {error}", file=sys.stderr)
        sys.exit(1)
    except ValidationError as error:  # of the settings: other input is checked where it comes in
        print(f"kb: {settings_fault(error)}", file=sys.stderr)
        sys.exit(1)
    except (OSError, UnicodeError) as error:
        print(f"kb: {error}; check the path, its permissions and the space on the disk", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _add_commands_of_other_packages() -> None:
    """`kb eval` lives in a package that the service must not import; it is loaded only when called."""
    for entry in entry_points(group="kb.commands"):
        if entry.name in sys.argv[1:2] or "--help" in sys.argv[1:2] or len(sys.argv) == 1:
            app.add_typer(entry.load(), name=entry.name)


def _settings(new: bool) -> Settings:
    return Settings(start_new=True) if new else Settings()


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _print_answer(answer: dict[str, Any]) -> None:
    print(answer["text"])
    for citation in answer["citations"]:
        place = " › ".join([citation["title"], *citation["heading_path"]])
        since = f"，自 {citation['effective_from']} 起施行" if citation["effective_from"] else ""
        print(f"  [{citation['mark']}] {place}{since}")
    for notice in answer["notices"]:
        print(f"  ！{notice['text']}")
    department = answer["escalation"]["department"]
    if answer["escalation"]["recommended"]:
        reasons = "、".join(answer["escalation"]["reasons"])
        print(f"  → 转人工：{department['name'] if department else '12345'}（{reasons}）")
    print(f"  （按 {answer['as_of']} 的规定；把握 {answer['confidence']:.0%}）")


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
