"""Conversations: scripts held turn by turn, and new questions after others that should change nothing."""

from collections.abc import Callable, Sequence

from eval.conversing import TurnRow, converse
from eval.gate.measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from eval.promises import House
from eval.scripts import Script
from eval.talking import TalksInProcess
from kb_service.domain.answers import Answer, Outcome

# How `eval.conversing` begins what it says of a turn that was understood otherwise.
_UNDERSTOOD = ("matter ", "facet ", "parts ")
_NOT_CARRIED = "is not carried over"
_NEW_TOPICS = 40


def of_talks(
    watching: Watching,
    scripts: Sequence[Script],
    seen: Sequence[Seen],
    house: House,
    *,
    advance: Callable[[], None],
) -> list[Measured]:
    rows = converse(scripts, TalksInProcess(watching.service), house, advance=advance)
    later = [each for each in rows if each.turn > 1]
    turn_of = {(each.id, number): turn for each in scripts for number, turn in enumerate(each.turns, start=1)}
    carrying = [
        each
        for each in later
        if (turn := turn_of[each.script, each.turn]) and (turn.carried or turn.matter or turn.facet)
    ]
    violations = tuple(f"{each.script}#{each.turn}: {one}" for each in rows for one in each.violations)
    return [
        Measured("talk.first_turns", tuple(_turn(each) for each in rows if each.turn == 1), violations),
        Measured("talk.follow_ups", tuple(_turn(each) for each in later)),
        Measured("talk.carried", tuple(_turn(each, _misunderstood(each)) for each in carrying)),
        _new_topics(watching, seen),
    ]


def _turn(row: TurnRow, faults: Sequence[str] | None = None) -> Case:
    found = row.faults if faults is None else faults
    return Case(f"{row.script}#{row.turn}", row.question, float(not found), note="; ".join(found))


def _misunderstood(row: TurnRow) -> list[str]:
    return [each for each in row.faults if each.startswith(_UNDERSTOOD) or each.endswith(_NOT_CARRIED)]


def _new_topics(watching: Watching, seen: Sequence[Seen]) -> Measured:
    """A question that says all it needs, asked after one of another matter, gets the answer it gets alone."""
    answered = [
        each
        for each in seen
        if each.row.is_resolved and each.looked_up and each.looked_up.understood.phrasing.names_matter
    ]
    cases = []
    for number, each in enumerate(answered[: 2 * _NEW_TOPICS : 2]):
        before = next((one for one in answered[number + 1 :] if _differ(one, each)), None)
        if before is None:
            continue
        after = watching.again(each.question, [before.answer])
        is_same = after.outcome is Outcome.ANSWERED and _cited(after) == _cited(each.answer)
        note = "" if is_same else f"after {before.question.text!r}: {after.outcome}, {'、'.join(sorted(_cited(after)))}"
        cases.append(Case(each.question.id, each.question.text, float(is_same), note=note))
    return Measured("talk.new_topic", tuple(cases))


def _differ(one: Seen, other: Seen) -> bool:
    return one.question.expected_matters != other.question.expected_matters and one.answer.as_of == other.answer.as_of


def _cited(answer: Answer) -> frozenset[str]:
    return frozenset(each.document_id for each in answer.citations)
