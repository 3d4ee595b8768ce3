"""`kb eval omission`: which answers leave out a limit, an exception or a condition of what they cite."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from eval.omitting import Omission, Told, asked_of_documents, asked_of_suite, omission
from eval.questions import read_questions
from eval.telling import counting, errors_in_one_sentence, rate_with_interval
from kb_service.domain.days import shanghai_day
from kb_service.settings import Settings
from kb_service.wiring import now, open_service

_SHOWN = 20
_LONGEST = 90


def omitting(
    questions: Annotated[
        Path | None, typer.Option(help="A suite to ask instead of questions made of the documents in force.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="So many questions, always the same ones.")] = 300,
    cases: Annotated[Path | None, typer.Option(help="A .jsonl file for all answers that leave something out.")] = None,
    accepted: Annotated[
        float, typer.Option(min=0, max=1, help="Fail when more of the answers surely leave something out.")
    ] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Ask what texts say with a reservation, and look whether the answer tells the reservation too."""
    day = shanghai_day(now())
    with errors_in_one_sentence(), open_service(Settings()) as service:
        asked = (
            asked_of_suite(read_questions(questions))[:most]
            if questions
            else asked_of_documents(service, as_of=day, most=most)
        )
        found = omission(service, asked, as_of=day, advance=counting(len(asked)))
    if cases is not None:
        lines = (json.dumps(_case(each), ensure_ascii=False) for each in found.replies if each.left_out)
        cases.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(json.dumps(_figures(found), ensure_ascii=False, indent=2) if as_json else "\n".join(_told(found)))
    if found.omits.n and found.omits.low > accepted:
        raise typer.Exit(1)


def _told(found: Omission) -> Iterator[str]:
    yield f"asked                  {found.answered.n}"
    yield f"answered               {rate_with_interval(found.answered)}"
    yield f"leave something out    {rate_with_interval(found.omits)}"
    yield from (f"  {kind:<21}{rate_with_interval(each)}" for kind, each in found.by_kind.items())
    yield f"or of the paragraph    {rate_with_interval(found.omits_nearby)}"
    yield f"control, cut short     {rate_with_interval(found.omits_when_cut)}"
    with_cases = [each for each in found.replies if each.bound]
    for each in with_cases[:_SHOWN]:
        yield f"LEAVES OUT  {each.question}  [{', '.join(each.document_ids)}]"
        yield f"   answer: {_short(each.text)}"
        yield from (f"   {qualifier.kind.value}: {_short(qualifier.text)}" for qualifier in each.bound)
    if len(with_cases) > _SHOWN:
        yield f"{len(with_cases) - _SHOWN} more; --cases FILE writes all"


def _figures(found: Omission) -> dict[str, object]:
    rates = {
        "answered": found.answered,
        "omits": found.omits,
        "omits_nearby": found.omits_nearby,
        "omits_when_cut": found.omits_when_cut,
        **found.by_kind,
    }
    return {
        **{
            name: {"successes": each.successes, "n": each.n, "share": each.share, "low": each.low, "high": each.high}
            for name, each in rates.items()
        },
        "cases": [_case(each) for each in found.replies if each.left_out],
    }


def _case(each: Told) -> dict[str, object]:
    return {
        "question": each.question,
        "documents": each.document_ids,
        "answer": each.text,
        "left_out": [{"kind": q.kind.value, "text": q.text, "is_bound": q.is_bound} for q in each.left_out],
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
