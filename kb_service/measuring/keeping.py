"""Questions of the audited sample that become questions of the site's suite, with what a right reply to them is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kb_service.domain.answers import Answer
from kb_service.domain.audits import Rating, SampledQuestion
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.learning_errors import NotSettled
from kb_service.domain.masking import masked
from kb_service.measuring.auditing import Audits, SampledAnswer


class Expect(StrEnum):
    """What a right reply does, as the lines of suites say it."""

    ANSWER = "answer"
    DECLINE = "decline"
    CLARIFY = "clarify"
    ROUTE = "route"


# What follows from the judgement alone. Of an answer that did not help nobody has said what would have been right.
FOLLOWS = {Rating.RESOLVED: Expect.ANSWER, Rating.RIGHTLY_HANDED_OVER: Expect.DECLINE}


@dataclass(frozen=True, slots=True)
class ExpectedReply:
    """What a person says of it; what is empty follows from question, answer and judgement where it can. ``documents``:
    ids, of which one is enough."""

    question: str = ""
    expect: Expect | None = None
    documents: tuple[str, ...] = ()
    must_include: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


class Suite(Protocol):
    def keep(self, line: Mapping[str, object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """``known_documents``: those of the ids that exist."""

    audits: Audits
    suite: Suite
    known_documents: Callable[[Sequence[str]], frozenset[str]]
    now: Callable[[], datetime]

    def keep(self, answer_id: str, said: ExpectedReply, *, actor: str) -> Mapping[str, object]:
        """The line, which takes the place of what was kept of the same question before. Raises SampledQuestionNotFound,
        NotSettled, and InvalidRecord where it is not said what a right reply is."""
        question = self.audits.question(answer_id)
        if question.rating is None:
            raise NotSettled("two people have to judge it first, and a third where they differ")
        line = line_of(self.audits.reading(question), question.rating, said)
        documents = str(line.get("document", "")).split("|")
        if line["expect"] == Expect.ANSWER and not self.known_documents(documents).issuperset(documents):
            raise InvalidRecord("an answer is expected from documents that exist", Cause("no_document_expected"))
        self.suite.keep(line)
        self.audits.kept(answer_id, str(line["id"]), actor=actor, at=self.now())
        return line


def line_of(reading: SampledAnswer, rating: Rating, said: ExpectedReply) -> dict[str, object]:
    """As `kb eval` reads it. It is asked with the day, region and audience that it was asked with."""
    answer = reading.answer
    expect = said.expect or FOLLOWS.get(rating)
    if expect is None:
        raise InvalidRecord(f"say what is expected: {', '.join(Expect)}", Cause("no_expectation"))
    line: dict[str, object] = {
        "id": suite_id(reading.question),
        "type": f"audited|{rating}",
        "question": masked(said.question.strip() or answer.question),
        "expect": str(expect),
    }
    more: dict[str, object] = {
        "must_include": list(said.must_include),
        "must_not": list(said.must_not),
        "document": "|".join(said.documents or cited(answer)) if expect is Expect.ANSWER else None,
        "matter": answer.matter.id if answer.matter and rating is Rating.RESOLVED else None,
        "as_of": answer.as_of.isoformat(),
        "region": answer.understood_as.region,
        "audience": answer.understood_as.audience,
    }
    return line | {name: value for name, value in more.items() if value}


def cited(answer: Answer) -> tuple[str, ...]:
    """Ids of documents, the first cited first."""
    return tuple(dict.fromkeys(each.document_id for each in answer.citations))


def suite_id(question: SampledQuestion) -> str:
    return f"audited-{question.week:%Y%m%d}-{question.place:03d}"
