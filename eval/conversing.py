"""Scripted conversations held with the service, and whether each turn came out right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from eval.metrics.facts import missing_facts, stated_facts
from eval.promises import House, broken_promises, versions_of
from eval.question_lines import Turn, alternatives
from eval.scripts import Script, outcomes_of
from eval.statistics import Rate, rate
from eval.talking import TalkMessage, Talks
from kb_service.asking.conversation.topics import matters_asked_back, of_other_matters
from kb_service.domain.answers import Answer, Carried, Outcome, Reason
from kb_service.ports import ScriptConverter


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn; ``turn`` counts from 1. ``faults``: what was expected and did not come. ``violations``: what may never
    happen, whatever was expected."""

    script: str
    turn: int
    types: tuple[str, ...]
    question: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    understood: str
    carried: tuple[Carried, ...]
    text: str
    faults: tuple[str, ...]
    violations: tuple[str, ...]


_ROW = TypeAdapter(TurnRow)


def converse(
    scripts: Sequence[Script], talks: Talks, house: House, *, advance: Callable[[], None] = lambda: None
) -> list[TurnRow]:
    """Every script in a conversation of its own; a row a turn."""
    rows: list[TurnRow] = []
    for script in scripts:
        rows += _held(script, talks, house)
        advance()
    return rows


def turns_right(rows: Sequence[TurnRow]) -> Rate:
    return rate([_is_right(row) for row in rows])


def scripts_right(rows: Sequence[TurnRow], of_type: str | None = None) -> Rate:
    """Scripts of which every turn came out right; only those of a type, where one is given."""
    of_script = {row.script: True for row in rows if of_type is None or of_type in row.types}
    for row in rows:
        if row.script in of_script and not _is_right(row):
            of_script[row.script] = False
    return rate(list(of_script.values()))


def write_rows(rows: Sequence[TurnRow], folder: Path) -> Path:
    """``rows.jsonl`` in a new folder."""
    folder.mkdir(parents=True)
    file = folder / "rows.jsonl"
    file.write_bytes(b"".join(_ROW.dump_json(row) + b"\n" for row in rows))
    return file


def faults(expected: Turn, answer: Answer, converter: ScriptConverter) -> list[str]:
    """What was expected and did not come."""
    found: list[str] = []
    if answer.outcome not in outcomes_of(expected):
        found.append(f"outcome {answer.outcome}, not {expected.expect}")
    if answer.outcome is Outcome.ANSWERED:
        found += _faults_of_answer(expected, answer, converter)
    read = answer.understood_as
    matter = answer.matter.id if answer.matter else None
    if expected.matter and matter not in alternatives(expected.matter):
        found.append(f"matter {matter}, not {expected.matter}")
    for name, wanted, given in (("facet", expected.facet, answer.facet), ("parts", expected.parts, len(read.parts))):
        if wanted is not None and wanted != given:
            found.append(f"{name} {given}, not {wanted}")
    found += [f"{each} is not carried over" for each in expected.carried if each not in read.carried_over]
    found += [f"reason {each} is not given" for each in expected.reasons if each not in answer.escalation.reasons]
    return found


def _faults_of_answer(expected: Turn, answer: Answer, converter: ScriptConverter) -> list[str]:
    documents = alternatives(expected.document)
    cited = [each for each in answer.citations if each.document_id in documents]
    found: list[str] = []
    if documents and not cited:
        found.append(f"cites {sorted({each.document_id for each in answer.citations})}")
    elif expected.version_from and all(each.effective_from != expected.version_from for each in cited):
        found.append(f"cites the version from {cited[0].effective_from if cited else None}")
    found += [f"does not say {each}" for each in missing_facts(answer.text, expected.must_include, converter)]
    found += [f"says {each}" for each in stated_facts(answer.text, expected.must_not, converter)]
    return found


def _held(script: Script, talks: Talks, house: House) -> list[TurnRow]:
    rows: list[TurnRow] = []
    before: Answer | None = None
    for number, turn in enumerate(script.turns, start=1):
        answer = talks.reply(_message(turn, before), before.conversation_id if before else None)
        rows.append(_row(script, number, turn, answer, before, talks, house))
        before = answer
    return rows


def _message(turn: Turn, before: Answer | None) -> TalkMessage:
    """The option that was chosen, with what it stands for, or the turn's own words."""
    message = TalkMessage(turn.question, as_of=turn.as_of, region=turn.region, audience=turn.audience)
    options = before.clarification.options if before and before.clarification else ()
    if isinstance(turn.choose, int):
        chosen = next(iter(options[turn.choose - 1 : turn.choose]), None)
    else:
        chosen = next((each for each in options if turn.choose and turn.choose in each.label), None)
    if chosen is None:
        return message
    return replace(
        message,
        text=chosen.label,
        matter_id=chosen.matter_id or message.matter_id,
        region=chosen.region or message.region,
        audience=chosen.audience or message.audience,
    )


def _row(
    script: Script, number: int, turn: Turn, answer: Answer, before: Answer | None, talks: Talks, house: House
) -> TurnRow:
    violations = broken_promises(answer, {each: talks.source(each) for each in versions_of(answer)}, house)
    if before is not None and _is_asked_back_again(before, answer):
        violations.append("asked back twice in a row")
    return TurnRow(
        script=script.id,
        turn=number,
        types=script.types,
        question=answer.question,
        outcome=answer.outcome,
        reasons=answer.escalation.reasons,
        understood=answer.understood_as.text,
        carried=answer.understood_as.carried_over,
        text=answer.text,
        faults=tuple(faults(turn, answer, house.converter)),
        violations=tuple(violations),
    )


def _is_asked_back_again(before: Answer, answer: Answer) -> bool:
    """Two questions back in a row, unless the second is of another matter, which the person has turned to."""
    is_twice = before.outcome is Outcome.CLARIFY and answer.outcome is Outcome.CLARIFY
    return is_twice and not of_other_matters(matters_asked_back(answer), matters_asked_back(before))


def _is_right(row: TurnRow) -> bool:
    return not row.faults and not row.violations
