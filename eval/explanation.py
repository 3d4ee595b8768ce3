"""What happened to one question, step by step: values that are printed or written as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from eval.counting_features import Counted


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """``is_expected``: of an expected document."""

    rank: int
    score: float
    document_id: str
    is_expected: bool
    title: str
    headings: tuple[str, ...]
    effective_from: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Sureness:
    """``confidence`` against ``needed``; ``lacks``: why it would be no answer however sure; ``is_written_for_it``: an
    editor said that the text answers the question, which stands above the confidence. ``counted``: strongest first, in
    logits from ``unknown``, the logit without any feature."""

    confidence: float
    needed: float
    is_sure: bool
    is_written_for_it: bool
    lacks: tuple[str, ...]
    unknown: float
    counted: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the question. ``quantity`` and ``sides``: patterns that an answer must match. ``is_taken``: the
    answer went on with it."""

    is_taken: bool
    searched_for: str
    matter: str | None
    is_matter_inferred: bool
    rivals: tuple[str, ...]
    facet: str | None
    day: date
    region: str | None
    audience: str | None
    quantity: tuple[str, ...]
    sides: tuple[str, ...]
    scope: str | None
    message_class: str
    carried: tuple[str, ...]
    found: tuple[FoundPassage, ...]
    sureness: Sureness | None
    draft: tuple[str, ...]
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    outcomes: tuple[str, ...]
    documents: tuple[str, ...]
    version_from: date | None
    facts: tuple[str, ...]
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Got:
    """``cause``: why it is wrong, the first stage that failed; None where it is right."""

    outcome: str
    reasons: tuple[str, ...]
    text: str
    cited: tuple[str, ...]
    as_of: date
    confidence: float
    missing_facts: tuple[str, ...]
    forbidden_facts: tuple[str, ...]
    is_right: bool
    cause: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """``said_before``: the turns that were asked again first. ``features``: of the answer. ``in_run``: what the run has
    of it; None where no run has it."""

    id: str
    question: str
    said_before: tuple[str, ...]
    readings: tuple[Reading, ...]
    written: tuple[str, ...]
    checks: tuple[Check, ...]
    features: Mapping[str, float]
    expected: Expected
    got: Got
    run: str | None
    in_run: Got | None
