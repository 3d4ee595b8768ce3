"""Asking a knowledge base its own clauses turned round: no answer may begin with the wrong side."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from eval.in_force import passages_in_force
from eval.statistics import Rate, rate
from eval.systems import CHANNEL
from eval.turned_round import Inverted, begins_wrongly, questions_of
from kb_service.domain.answers import Outcome
from kb_service.service import Service

_SEED = 20260701


@dataclass(frozen=True, slots=True)
class Replied:
    """``is_wrong``: answered, and the answer begins with the wrong side."""

    asked: Inverted
    outcome: Outcome
    text: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Inversion:
    """``clauses``: of how many in force questions can be made. Rates count clauses, since questions about the same one
    are no independent ones: ``answered`` in any of its questions, ``wrong``, of these, in any."""

    clauses: int
    replies: tuple[Replied, ...]
    answered: Rate
    wrong: Rate

    @property
    def wrong_replies(self) -> list[Replied]:
        return [each for each in self.replies if each.is_wrong]


def invert(service: Service, *, as_of: date, most: int, advance: Callable[[], None] = lambda: None) -> Inversion:
    """Ask of clauses in force that day, ``most`` of them chosen always alike. Nothing is stored or written."""
    made = _by_clause(service, as_of)
    chosen = made if len(made) <= most else random.Random(_SEED).sample(made, most)
    replies: list[list[Replied]] = []
    for questions in chosen:
        replies.append([_replied(service, each, as_of) for each in questions])
        advance()
    answered = [of for of in replies if any(each.outcome is Outcome.ANSWERED for each in of)]
    return Inversion(
        clauses=len(made),
        replies=tuple(each for of in replies for each in of),
        answered=rate([of in answered for of in replies]),
        wrong=rate([any(each.is_wrong for each in of) for of in answered]),
    )


def _by_clause(service: Service, as_of: date) -> list[Sequence[Inverted]]:
    """In an order that does not hang on the ids of passages, which each taking in gives anew."""
    found: dict[tuple[str, str], dict[str, Inverted]] = {}
    for source in passages_in_force(service, as_of):
        for each in questions_of(source):
            found.setdefault((each.document_id, each.clause), {}).setdefault(each.question, each)
    return [list(found[key].values()) for key in sorted(found)]


def _replied(service: Service, asked: Inverted, as_of: date) -> Replied:
    metadata = asked.source.metadata
    question = service.asking.question(
        asked.question, as_of=as_of, region=metadata.region, audience=metadata.audience, channel=CHANNEL
    )
    answer = service.asking.retraced(question, turns=(), watch=lambda tools: tools)
    is_wrong = answer.outcome is Outcome.ANSWERED and begins_wrongly(asked.side, answer.text)
    return Replied(asked, answer.outcome, answer.text, is_wrong)
