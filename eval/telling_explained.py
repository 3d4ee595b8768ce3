"""An explanation as a person reads it in a terminal."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from eval.explanation import Expected, Explanation, Got, Reading, Sureness

_COUNTED = 12
_LONGEST = 70


def explanation_as_json(found: Explanation) -> str:
    return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=str)


def explained(found: Explanation) -> str:
    return "\n".join(_lines(found))


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.id}  {found.question}"
    yield from (f"said before: {each}" for each in found.said_before)
    for number, each in enumerate(found.readings, start=1):
        taken = ", the answer goes by it" if each.is_taken and len(found.readings) > 1 else ""
        yield f"\nREAD AS ({number} of {len(found.readings)}{taken})"
        yield from _indented(_read_as(each))
        yield "FOUND" if each.found else "FOUND  nothing"
        yield from _indented(_found(each))
        if each.sureness:
            yield from _sureness(each.sureness)
        if each.draft:
            yield "DRAFT"
            yield from _indented([*each.draft, *(f"[{q.document_id}] {_short(q.quote)}" for q in each.quotes)])
    if not found.readings:
        yield "\nNOT SEARCHED: a greeting, a complaint, or an article asked for by its number"
    if found.written:
        yield "WRITTEN BY THE MODEL"
        yield from _indented(list(found.written))
    yield "\nCHECKS" if found.checks else "\nCHECKS  none reached"
    yield from _indented(
        f"{'holds' if each.holds else 'FAILS'}  {each.name}{f': {each.detail}' if each.detail else ''}"
        for each in found.checks
    )
    yield "\nEXPECTED"
    yield from _indented(_expected(found.expected))
    yield f"GOT: {_verdict(found.got)}"
    yield from _indented(_got(found.got))
    yield from _in_run(found)


def _read_as(read: Reading) -> Iterator[str]:
    inferred = ", by what is asked or found" if read.is_matter_inferred else ""
    yield f"searched for  {read.searched_for}"
    yield f"matter        {f'{read.matter}{inferred}' if read.matter else '–'}"
    if read.rivals:
        yield f"or as well    {'、'.join(read.rivals)}"
    yield f"facet         {read.facet or '–'}"
    yield f"day           {read.day}; region {read.region or '–'}; audience {read.audience or '–'}"
    yield f"amount asked  {' and '.join(read.quantity) or '–'}"
    yield f"sides         {' and '.join(read.sides) or '–'}"
    yield f"class         {read.message_class}{f'; out of scope: {read.scope}' if read.scope else ''}"
    if read.carried:
        yield f"carried over  {', '.join(read.carried)}"


def _found(read: Reading) -> Iterator[str]:
    for each in read.found:
        mark = "*" if each.is_expected else " "
        place = " › ".join([each.title, *each.headings])
        since = f" from {each.effective_from}" if each.effective_from else ""
        yield f"{each.rank:>2}{mark} {each.score:7.3f}  {each.document_id}{since}  {_short(place)}"
        yield f"             {_short(each.text)}"


def _sureness(sure: Sureness) -> Iterator[str]:
    verdict = "sure" if sure.is_sure else "not sure"
    yield f"CONFIDENCE {sure.confidence:.3f}, needed {sure.needed:.2f}: {verdict}"
    if sure.is_written_for_it:
        yield "   an editor wrote this text for this question, which stands above the confidence"
    yield from _indented(f"lacks what is asked: {each}" for each in sure.lacks)
    yield f"   {sure.unknown:+.2f}  without any feature (in logits)"
    yield from _indented(f"{each.logits:+.2f}  {each.name} = {each.value:.3f}" for each in sure.counted[:_COUNTED])
    others = sure.counted[_COUNTED:]
    if others:
        yield f"   {sum(each.logits for each in others):+.2f}  {len(others)} further features together"


def _expected(expected: Expected) -> Iterator[str]:
    yield f"outcome       {' or '.join(expected.outcomes)}"
    if expected.documents:
        since = f", version from {expected.version_from}" if expected.version_from else ""
        yield f"document      {' or '.join(expected.documents)}{since}"
    if expected.facts:
        yield f"must say      {'; '.join(expected.facts)}"
    if expected.forbidden:
        yield f"must not say  {'; '.join(expected.forbidden)}"


def _got(got: Got) -> Iterator[str]:
    reasons = f" ({', '.join(got.reasons)})" if got.reasons else ""
    yield f"outcome       {got.outcome}{reasons}, of {got.as_of}"
    yield from (f"cites         {each}" for each in got.cited)
    if got.missing_facts:
        yield f"missing       {'; '.join(got.missing_facts)}"
    if got.forbidden_facts:
        yield f"said wrongly  {'; '.join(got.forbidden_facts)}"
    yield from (f"| {line}" for line in got.text.split("\n"))


def _in_run(found: Explanation) -> Iterator[str]:
    if found.in_run is None:
        yield f"RUN  {f'{found.run} does not have it' if found.run else 'none to compare with'}"
        return
    then, now = found.in_run, found.got
    yield f"IN RUN {found.run}: {_verdict(then)}"
    if (then.outcome, then.text, then.cited) == (now.outcome, now.text, now.cited):
        yield "   the same reply"
        return
    yield from _indented(_got(then))
    if then.as_of != now.as_of:
        yield f"   it was asked of another day ({then.as_of}, now {now.as_of})"


def _verdict(got: Got) -> str:
    return "right" if got.is_right else f"wrong, cause: {got.cause}"


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"   {each}" for each in lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
