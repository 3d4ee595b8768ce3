"""The marks in a text are those of its citations, also where a message asked several things."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from kb_service.domain.answers import Answer, Outcome

_MARK = re.compile(r"\[(\d+)\]")
_PAIRS = 6


def of_marks(watching: Watching, seen: Sequence[Seen]) -> Measured:
    """Of every answer, and of messages that ask two answered questions at once."""
    answered = [each for each in seen if each.answer.outcome is Outcome.ANSWERED]
    cases = [_case(each.question.id, each.question.text, each.answer) for each in answered]
    for one, other in pairs(answered):
        asked = replace(one.question, text=f"{as_sentence(one)}{as_sentence(other)}")
        reply = watching.under(asked, lambda tools: tools)
        if reply.outcome is Outcome.ANSWERED and reply.understood_as.parts:
            cases.append(_case(f"{one.question.id}+{other.question.id}", asked.text, reply))
    return Measured("citations.marks", tuple(cases))


def pairs(answered: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Of two matters that both name, asked of today by nobody in particular."""
    alone = [
        each
        for each in answered
        if each.row.is_resolved and each.looked_up and each.looked_up.understood.phrasing.names_matter
        and (each.question.as_of, each.question.region, each.question.audience) == (None, None, None)
        and not each.answer.understood_as.parts
    ]  # fmt: skip
    of_two = [
        (one, other)
        for one, other in pairwise(alone)
        if set(one.question.expected_matters).isdisjoint(other.question.expected_matters)
    ]
    yield from of_two[:: max(1, len(of_two) // _PAIRS)][:_PAIRS]


def as_sentence(seen: Seen) -> str:
    return f"{seen.question.text.rstrip('？?。')}？"


def _case(name: str, words: str, answer: Answer) -> Case:
    faults = list(mark_faults(answer))
    return Case(name, words, float(not faults), note="; ".join(faults))


def mark_faults(answer: Answer) -> Iterator[str]:
    """Citations count from 1, and the text has the mark of each, in that order where it first stands."""
    shown = [*dict.fromkeys(int(each) for each in _MARK.findall(answer.text))]
    cited = [each.mark for each in answer.citations]
    if cited != list(range(1, len(cited) + 1)):
        yield f"citations are numbered {cited}"
    if shown != cited:
        yield f"the text has the marks {shown}, the citations {cited}"
