"""The command line door: `kb`. Heavy libraries are imported by the commands that use them."""

import os
import sys
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from kb_service.conversations_command import conversations
from kb_service.domain.errors import KbError
from kb_service.domain.resolution import By as GroupedBy
from kb_service.help_command import escalations, helpers
from kb_service.keys_command import keys
from kb_service.settings import Settings, settings_fault
from kb_service.switch_command import switch
from kb_service.terminal import AsJson, day_of, print_json, shortened
from kb_service.upkeep_command import upkeep
from kb_service.webhook_command import webhooks

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


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.", min=0, max=65535)] = None,
    new: StartNew = False,
) -> None:
    """Serve the answer API and the pages until Ctrl-C."""
    from kb_service.server import run

    settings = _settings(new)
    run(settings, host=host or settings.host, port=port or settings.port)


@app.command()
def worker() -> None:
    """Read and embed uploads beside `kb serve`, with PostgreSQL, until Ctrl-C."""
    from kb_service.worker_process import run

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

    answer = run(Settings(), question, as_of=day_of(as_of), region=region)
    if as_json:
        print_json(answer)
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

    found = run(Settings(), query, as_of=day_of(as_of), limit=limit)
    if as_json:
        print_json(found)
        return
    for number, hit in enumerate(found["hits"], start=1):
        place = " › ".join([hit["title"], *hit["heading_path"]])
        print(f"{number}. [{hit['score']:.2f}] {place}\n   {shortened(hit['text'], 120)}")


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
        print_json(
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
        print_json(found)
        return
    for each in found["departments"]:
        print(f"{each['score']:.2f}  {each['name']}  ({each['reason']})")


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
        print("\n".join(lines(Settings(), first=day_of(first), last=day_of(last), by=by)))
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


app.add_typer(upkeep)
app.add_typer(keys, name="keys")
app.add_typer(switch, name="switch")
app.add_typer(conversations, name="conversations")
app.add_typer(helpers, name="helpers")
app.add_typer(escalations, name="escalations")
app.add_typer(webhooks, name="webhooks")


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
