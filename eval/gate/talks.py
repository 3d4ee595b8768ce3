"""Conversations: scripts held turn by turn, and new questions after others that should change nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from eval.conversing import TurnRow, converse
from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from eval.promises import House
from eval.questions import SuiteQuestion
from eval.scripts import Script
from eval.talking import TalksInProcess
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.documents import Audience

# How `eval.conversing` begins what it says of a turn that was understood otherwise.
_UNDERSTOOD = ("matter ", "facet ", "parts ")
_NOT_CARRIED = "is not carried over"
_NEW_TOPICS = 40
_KEPT = 14
# Asked from there, by one of these.
_DISTRICT, _ASKERS = "上海市/浦东新区", (None, *Audience)
_SURROUNDED = 6
_FOLLOW_UPS = ("那要多少钱", "要带什么材料", "那在哪里办", "电话是多少")


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
        _kept_topics(watching, seen),
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


def _kept_topics(watching: Watching, seen: Sequence[Seen]) -> Measured:
    """A follow-up that names nothing is asked of the matter, day, district and audience of the question before it,
    whether that was answered or handed over."""
    linked = [each for each in seen if each.answer.matter is not None and not each.answer.understood_as.parts]
    answered = [each for each in linked if each.answer.outcome is Outcome.ANSWERED]
    handed = [each for each in linked if each.answer.outcome is Outcome.HANDED_OVER]
    past = [each for each in linked if each.question.as_of is not None]
    chosen = {each.question.id: each for each in (*answered[::5][:_KEPT], *handed[::3][:_KEPT], *past[::2][:_KEPT])}
    cases = [_kept(watching, each.question, each.answer, number) for number, each in enumerate(chosen.values())]
    of_all = [each for each in answered if each.question.as_of is None and each.question.region is None]
    for number, each in enumerate(of_all[:: max(1, len(of_all) // _SURROUNDED)][:_SURROUNDED]):
        there = replace(each.question, region=_DISTRICT, audience=_ASKERS[number % len(_ASKERS)])
        before = watching.under(there, lambda tools: tools)
        if before.matter is not None and not before.understood_as.parts:
            cases.append(_kept(watching, there, before, number, circumstances=f"{_DISTRICT}，{there.audience or ''}"))
    return Measured("talk.kept", tuple(cases))


def _kept(watching: Watching, before: SuiteQuestion, answer: Answer, number: int, *, circumstances: str = "") -> Case:
    said = _FOLLOW_UPS[number % len(_FOLLOW_UPS)]
    after = watching.again(replace(before, text=said, as_of=None, region=None, audience=None), [answer])
    note = _lost(answer, after)
    name = f"{before.id}>{said}{f'@{circumstances}' if circumstances else ''}"
    words = f"{before.text}{f'（{circumstances}）' if circumstances else ''} → {said}"
    return Case(name, words, float(not note), note=note)


def _lost(before: Answer, after: Answer) -> str:
    told = [
        (name, was, now)
        for name, was, now in (
            ("matter", before.matter and before.matter.id, after.matter and after.matter.id),
            ("day", before.as_of, after.as_of),
            ("region", before.understood_as.region, after.understood_as.region),
            ("audience", before.understood_as.audience, after.understood_as.audience),
        )
        if was != now
    ]
    return "; ".join(f"{name} {now}, not {was}" for name, was, now in told)


def _differ(one: Seen, other: Seen) -> bool:
    return one.question.expected_matters != other.question.expected_matters and one.answer.as_of == other.answer.as_of


def _cited(answer: Answer) -> frozenset[str]:
    return frozenset(each.document_id for each in answer.citations)
