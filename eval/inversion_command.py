"""`kb eval inversion`: no answer begins with the wrong side of a clause."""

import json
from collections import Counter
from typing import Annotated

import typer

from eval.inverting import Inversion, Replied, invert
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from eval.turned_round import Side
from kb_service.domain.days import shanghai_day
from kb_service.settings import Settings
from kb_service.wiring import now, open_service


def inversion(
    most: Annotated[int, typer.Option(min=1, help="So many clauses, always the same ones.")] = 300,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Ask whether one may do what a clause in force forbids, or leave what it demands; fails on a wrong yes."""
    with errors_in_one_sentence(), open_service(Settings()) as service:
        found = invert(service, as_of=shanghai_day(now()), most=most, advance=dot)
    print(_as_json(found) if as_json else _told(found))
    if found.wrong_replies:
        raise typer.Exit(1)


def _told(found: Inversion) -> str:
    sides = Counter(each.asked.side for each in found.replies)
    lines = [
        f"clauses                {found.clauses}, asked of {found.answered.n} with {len(found.replies)} questions"
        f" ({sides[Side.FORBIDDEN]} forbid, {sides[Side.DEMANDED]} demand)",
        f"answered               {rate_with_interval(found.answered)}",
        f"wrong side, of those   {rate_with_interval(found.wrong)}",
    ]
    for each in found.wrong_replies:
        first = each.text.partition("\n")[0]
        lines += [f"WRONG  {each.asked.question}", f"       clause: {each.asked.clause} [{each.asked.document_id}]",
                  f"       answer: {first}"]  # fmt: skip
    return "\n".join(lines)


def _as_json(found: Inversion) -> str:
    told = {
        "clauses": found.clauses,
        "asked": len(found.replies),
        "answered": {"n": found.answered.n, "share": found.answered.share},
        "wrong": {
            "successes": found.wrong.successes,
            "n": found.wrong.n,
            "low": found.wrong.low,
            "high": found.wrong.high,
        },
        "replies": [_reply(each) for each in found.replies],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _reply(each: Replied) -> dict[str, str | bool]:
    asked = each.asked
    return {
        "question": asked.question,
        "side": asked.side.value,
        "clause": asked.clause,
        "document": asked.document_id,
        "outcome": each.outcome.value,
        "answer": each.text,
        "is_wrong": each.is_wrong,
    }
