"""Asking a knowledge base what its own texts say with a reservation: does the answer tell the reservation too?"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eval.in_force import passages_in_force, topic
from eval.qualifying import Qualifying, QualifyingClause, omitted
from eval.questions import SuiteQuestion
from eval.statistics import Rate, rate
from eval.systems import CHANNEL
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.documents import PassageInVersion
from kb_service.service import Service
from kb_service.text.clauses import COMMAS, clauses, sentences

_SEED = 20260701
_LEAD_IN = re.compile(r"^\s*(?:[-*•]|[（(]?[一二三四五六七八九十\d]+[)）.．、]|第[一二三四五六七八九十百]+条)\s*")
# What can be asked: a statement of some words that names no other place and is no heading.
_ASKABLE = re.compile(r"^(?!但|除|其中|不过|然而|前款|上述|该|并|也|还|又|同时|如|若)[^#|：:（(《》]{4,22}$")
_NO_STATEMENT = re.compile(r"[的者时后前]$|^(?:在|对|经|自|按照?|根据|凡|因|为了?)")
_MAY = re.compile(r"可以|能够?|允许")
_RESERVES = {Qualifying.EXCEPTION, Qualifying.LIMIT, Qualifying.CONDITION}


@dataclass(frozen=True, slots=True)
class Asked:
    """``source``: of questions that were made; None of those of a suite."""

    question: str
    as_of: date | None = None
    region: str | None = None
    source: PassageInVersion | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """``left_out``: of the cited passages. ``is_seen_when_cut``: something is found to be missing when only the
    first clause is told, which shows that it would be seen."""

    question: str
    document_ids: tuple[str, ...]
    outcome: Outcome
    text: str
    left_out: tuple[QualifyingClause, ...]
    is_seen_when_cut: bool = False

    @property
    def bound(self) -> list[QualifyingClause]:
        return [each for each in self.left_out if each.is_bound]


@dataclass(frozen=True, slots=True)
class Omission:
    """``omits``: answers that leave out something that belongs to what they tell; ``omits_nearby``: or something of the
    same paragraph; ``by_kind``: as ``omits``, by what it is; ``omits_when_cut``: the control, the same answers
    cut off behind their first clause. All of the answered."""

    replies: tuple[Told, ...]
    answered: Rate
    omits: Rate
    omits_nearby: Rate
    omits_when_cut: Rate
    by_kind: dict[str, Rate]


def asked_of_documents(service: Service, *, as_of: date, most: int) -> list[Asked]:
    """One for each statement in force that is told with a reservation, ``most`` of them chosen always alike."""
    made: dict[tuple[str, str], Asked] = {}
    for source in passages_in_force(service, as_of):
        for question in questions_of(source):
            made.setdefault((source.document_id, question), Asked(question, as_of, source.metadata.region, source))
    chosen = [made[key] for key in sorted(made)]
    return chosen if len(chosen) <= most else random.Random(_SEED).sample(chosen, most)


def asked_of_suite(questions: Sequence[SuiteQuestion]) -> list[Asked]:
    """Those asked alone that are to be answered."""
    return [
        Asked(each.text, each.as_of, each.region) for each in questions if each.is_answerable and not each.conversation
    ]


def questions_of(source: PassageInVersion) -> Iterator[str]:
    """Whether a statement holds, of each sentence whose first clause is qualified by others of it or of the next."""
    text = source.passage.text
    spans = sentences(text)
    for number, span in enumerate(spans):
        first, *_ = clauses(text, marks=COMMAS, within=span)
        statement = _LEAD_IN.sub("", first.text).strip().rstrip("。；;：:")
        if not _ASKABLE.match(statement) or _NO_STATEMENT.search(statement):
            continue
        following = spans[number + 1].end if number + 1 < len(spans) else span.end
        left_out = omitted(text[span.start : following], first.text)
        if any(each.is_bound and each.kind in _RESERVES for each in left_out):
            yield f"{topic(source)}，{statement}吗" if _MAY.search(statement) else f"{topic(source)}，是不是{statement}"


def omission(
    service: Service, asked: Sequence[Asked], *, as_of: date, advance: Callable[[], None] = lambda: None
) -> Omission:
    """Ask in this process; nothing is stored."""
    replies = []
    for each in asked:
        replies.append(_told(service, each, as_of))
        advance()
    answered = [each for each in replies if each.outcome is Outcome.ANSWERED]
    return Omission(
        replies=tuple(replies),
        answered=rate([each.outcome is Outcome.ANSWERED for each in replies]),
        omits=rate([bool(each.bound) for each in answered]),
        omits_nearby=rate([bool(each.left_out) for each in answered]),
        omits_when_cut=rate([each.is_seen_when_cut for each in answered]),
        by_kind={kind.value: rate([kind in {q.kind for q in each.bound} for each in answered]) for kind in Qualifying},
    )


def _told(service: Service, asked: Asked, as_of: date) -> Told:
    audience = asked.source.metadata.audience if asked.source else None
    question = service.asking.question(
        asked.question, as_of=asked.as_of or as_of, region=asked.region, audience=audience, channel=CHANNEL
    )
    answer = service.asking.retraced(question, turns=(), watch=lambda tools: tools)
    was_answered = answer.outcome is Outcome.ANSWERED
    return Told(
        question=asked.question,
        document_ids=tuple(dict.fromkeys(each.document_id for each in answer.citations)),
        outcome=answer.outcome,
        text=answer.text,
        left_out=tuple(left_out_of(service, answer)) if was_answered else (),
        is_seen_when_cut=was_answered and any(each.is_bound for each in left_out_of(service, _cut(answer))),
    )


def _cut(answer: Answer) -> Answer:
    """Its first clause, and nothing else: what is reserved behind it must be found missing."""
    if not answer.citations:
        return answer
    clause, *_ = clauses(answer.citations[0].quote, marks=COMMAS)
    return replace(answer, text=clause.text.partition("。")[0], citations=answer.citations[:1])


def left_out_of(service: Service, answer: Answer) -> Iterator[QualifyingClause]:
    """Of each passage that the answer cites, what it left out; what stands in several is told once."""
    cited = list(dict.fromkeys(each.passage_id for each in answer.citations))
    passages = service.library.passages(cited)
    seen: set[str] = set()
    text = service.texts.converter.to_simplified(answer.text)
    for passage_id in cited:
        if (found := passages.get(passage_id)) is None:
            continue
        for qualifier in omitted(found.passage.text, text):
            if qualifier.text not in seen:
                seen.add(qualifier.text)
                yield qualifier
