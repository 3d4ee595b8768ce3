"""What is measured: cases with a value each, and one number over them. Higher is always better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from eval.metrics.reliability import expected_calibration_error
from eval.statistics import auroc


class Statistic(StrEnum):
    """How the values of the cases become one number."""

    MEAN = "mean"
    HONESTY = "honesty"  # 1 − expected calibration error of the values against their truths
    ORDER = "order"  # area under the ROC curve of the values against their truths


class Component(StrEnum):
    """What a fault may lie in, in the order in which an answer is made."""

    TAKING_IN = "taking in"
    PUBLISHED = "days of publication"
    CONTRADICTIONS = "contradictions"
    REGIONS = "district filter"
    AUDIENCES = "audience filter"
    DAYS = "date filter"
    WORDS = "tokeniser"
    VECTORS = "embedding"
    SEARCH = "search"
    READING = "reading"
    ARTICLES = "articles by number"
    DRAFTING = "drafting"
    CITATIONS = "citation offsets"
    CITED = "contents of citations"
    NOTICES = "notices"
    SCRIPT = "script of replies"
    CHECKING = "checks of drafts"
    MASKING = "masking"
    CONFIDENCE = "calibration"
    ASKING_BACK = "asking back"
    ROUTING = "routing"
    SWITCHES = "switches"
    SIGNALS = "signals of hand-overs"
    FOLLOW_UPS = "answers to follow-ups"
    TALK = "conversation"


@dataclass(frozen=True, slots=True)
class Case:
    """``value``: 0–1. ``truth``: of a confidence, whether what it foretells came true. ``note``: what was seen."""

    id: str
    words: str
    value: float
    truth: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """``component``: whose own measure it is; None of what people get in the end, which anything may spoil.

    ``wrong``: what a case is that has not come out. ``explained_by``: components whose fault lowers it as well.
    ``is_own_when_empty``: that no cases are left is the component's own fault, too. ``is_exact``: neither a model nor a
    processor has a part in it, so that no case may go wrong by chance. ``is_strict``: a model has, and yet a person
    looks at each case that goes wrong: a fault of the kind that it is there for spoils one in forty.
    """

    component: Component | None
    wrong: str
    explained_by: tuple[Component, ...] = ()
    statistic: Statistic = Statistic.MEAN
    is_own_when_empty: bool = False
    is_exact: bool = False
    is_strict: bool = False

    @property
    def lets_none_pass(self) -> bool:
        return self.is_exact or self.is_strict


_BEFORE_FINDING = (Component.TAKING_IN, Component.DAYS, Component.REGIONS, Component.AUDIENCES)
_FINDING = (Component.WORDS, *_BEFORE_FINDING, Component.VECTORS, Component.SEARCH)
_BEFORE_DRAFTING = (Component.TAKING_IN, Component.WORDS, Component.DAYS)
_BEFORE_ANSWERING = (*_FINDING, Component.READING, Component.DRAFTING, Component.CITATIONS)
# What a turn is asked of goes by the answers before it, and of two ways to read it the surer one is taken.
_BEFORE_TURNS = (
    *_BEFORE_ANSWERING,
    Component.CONFIDENCE,
    Component.ASKING_BACK,
    Component.ROUTING,
    Component.SWITCHES,
    Component.SIGNALS,
    Component.FOLLOW_UPS,
)

KIND_OF: Mapping[str, Kind] = {
    "taken_in.rules": Kind(
        Component.TAKING_IN, "made-up texts cut or headed otherwise than worked out by hand", is_exact=True
    ),
    "published.days": Kind(
        Component.PUBLISHED, "made-up texts of other days or deadlines than worked out by hand", is_exact=True
    ),
    "contradictions.rules": Kind(
        Component.CONTRADICTIONS, "made-up texts held against each other otherwise than by hand", is_exact=True
    ),
    "words.terms": Kind(Component.WORDS, "texts cut into other words than expected", is_exact=True),
    "words.same": Kind(Component.WORDS, "questions read otherwise in traditional script or full width"),
    "words.script": Kind(
        Component.WORDS, "messages taken for traditional that are not, or the other way round", is_exact=True
    ),
    "words.weights": Kind(
        Component.WORDS, "weights of made-up words that are others than worked out by hand", is_exact=True
    ),
    "words.leg": Kind(Component.WORDS, "questions whose document the words did not find", _BEFORE_FINDING),
    "days.shown": Kind(
        Component.DAYS,
        "versions hidden on a day on which they are in force",
        (Component.REGIONS, Component.AUDIENCES),
        is_own_when_empty=True,
    ),
    "days.hidden": Kind(
        Component.DAYS, "searches that showed a version on a day on which it is not in force", is_exact=True
    ),
    "days.cited": Kind(
        Component.DAYS,
        "answers citing a version that is not in force on their day",
        (Component.CITATIONS,),
        is_exact=True,
    ),
    "days.rules": Kind(Component.DAYS, "made-up versions with other days than worked out by hand", is_exact=True),
    "days.asked": Kind(Component.DAYS, "as-of questions answered with another day's version", (Component.WORDS,)),
    # On a day in the middle of their time, so that borders of days make no difference.
    "regions.shown": Kind(Component.REGIONS, "texts hidden from a district that they are for"),
    "regions.hidden": Kind(Component.REGIONS, "texts of a district shown to others", is_exact=True),
    "audiences.shown": Kind(Component.AUDIENCES, "texts hidden from people whom they are for", (Component.REGIONS,)),
    "audiences.hidden": Kind(Component.AUDIENCES, "texts for others shown to people", is_exact=True),
    "vectors.leg": Kind(
        Component.VECTORS, "questions whose document the vectors did not find", (Component.WORDS, *_BEFORE_FINDING)
    ),
    "search.first": Kind(
        Component.SEARCH,
        "questions without their document among the first three found",
        (Component.WORDS, *_BEFORE_FINDING, Component.VECTORS, Component.READING),
    ),
    "search.rules": Kind(
        Component.SEARCH, "scores of made-up passages that are others than worked out by hand", is_exact=True
    ),
    "search.sections": Kind(
        Component.SEARCH,
        "questions for a part of a matter whose own section is not found first",
        (Component.WORDS, *_BEFORE_FINDING, Component.VECTORS, Component.READING),
    ),
    "reading.matter": Kind(Component.READING, "questions read as of another matter", (Component.WORDS,)),
    "reading.scope": Kind(
        Component.READING,
        "messages for others taken for questions",
        (Component.WORDS, Component.VECTORS, Component.CONFIDENCE),
    ),
    "reading.days": Kind(
        Component.READING, "times in words read as another day than worked out by hand", is_exact=True
    ),
    "reading.people": Kind(Component.READING, "messages for people, or only like these, read otherwise than by hand"),
    "reading.look_alikes": Kind(
        Component.READING,
        "questions that look like messages of another kind, taken for one",
        (Component.WORDS, Component.VECTORS),
        is_strict=True,
    ),
    "reading.facets": Kind(Component.READING, "questions read as of another part of a matter than by hand"),
    "reading.places": Kind(Component.READING, "districts in words read otherwise than by hand"),
    "articles.rules": Kind(
        Component.ARTICLES,
        "made-up articles asked for by number of which something else is said",
        (Component.WORDS,),
        is_exact=True,
    ),
    "articles.corpus": Kind(
        Component.ARTICLES,
        "articles asked for by number of which something else is said",
        (Component.TAKING_IN, Component.DAYS, Component.WORDS),
    ),
    "drafting.leads": Kind(
        Component.DRAFTING,
        "made-up texts of which something else is told than a person chose",
        (Component.WORDS, Component.READING),
        is_exact=True,
    ),
    "drafting.facts": Kind(Component.DRAFTING, "drafts from the right document without the fact", _BEFORE_DRAFTING),
    "drafting.first": Kind(Component.DRAFTING, "drafts without the fact in their first sentence", _BEFORE_DRAFTING),
    "drafting.faithful": Kind(Component.DRAFTING, "drafts with words that their passage does not have"),
    "drafting.whole": Kind(Component.DRAFTING, "drafts that end within a sentence of their passage"),
    "drafting.sides": Kind(Component.DRAFTING, "answers that allow what their clause forbids"),
    "citations.cover": Kind(Component.CITATIONS, "drafts whose quotes leave out what they say"),
    "citations.drafted": Kind(
        Component.CITATIONS, "made-up drafts whose quotes leave out what they say", (Component.DRAFTING,), is_exact=True
    ),
    "citations.stand": Kind(
        Component.CITATIONS, "answers whose quote does not stand at the place they give", is_exact=True
    ),
    "citations.marks": Kind(Component.CITATIONS, "answers whose marks are not those of their citations", is_exact=True),
    "citations.back": Kind(Component.CITATIONS, "answers with words that no quote has", (Component.DRAFTING,)),
    "citations.checked": Kind(
        Component.CITATIONS, "answers given up because a citation did not hold", (Component.DRAFTING, Component.DAYS)
    ),
    "cited.rules": Kind(
        Component.CITED,
        "parts of a made-up citation that are others than they should be",
        (Component.CITATIONS,),
        is_exact=True,
    ),
    "cited.said": Kind(
        Component.CITED,
        "answers with a citation that says something else than its version and place",
        (Component.DAYS, Component.CITATIONS),
        is_exact=True,
    ),
    "notices.rules": Kind(
        Component.NOTICES, "made-up versions of whose day and changes something else is told", is_exact=True
    ),
    "script.replies": Kind(
        Component.SCRIPT,
        "replies of which something is in another script than the message",
        (Component.WORDS,),
        is_exact=True,
    ),
    "checked.rules": Kind(
        Component.CHECKING,
        "made-up drafts that hold, fail or are quoted otherwise than worked out by hand",
        is_exact=True,
    ),
    "masking.rules": Kind(
        Component.MASKING, "made-up messages masked otherwise than worked out by hand", is_exact=True
    ),
    "asking_back.rules": Kind(
        Component.ASKING_BACK,
        "made-up passages of which something else is asked back than worked out by hand",
        (Component.WORDS, Component.READING),
        is_exact=True,
    ),
    "confidence.honest": Kind(
        Component.CONFIDENCE, "points of confidence too high or too low", _BEFORE_ANSWERING, Statistic.HONESTY
    ),
    "confidence.order": Kind(
        Component.CONFIDENCE, "pairs in which the wrong one is surer", _BEFORE_ANSWERING, Statistic.ORDER
    ),
    "confidence.gives": Kind(Component.CONFIDENCE, "right drafts of the right document held back", _BEFORE_ANSWERING),
    "confidence.holds": Kind(Component.CONFIDENCE, "questions answered that nothing answers", (*_BEFORE_ANSWERING,)),
    "confidence.computed": Kind(
        Component.CONFIDENCE, "confidences and thresholds that are not what the model's numbers come to", is_exact=True
    ),
    "confidence.evidence": Kind(
        Component.CONFIDENCE,
        "parts of made-up evidence that are others than worked out by hand",
        (Component.WORDS,),
        is_exact=True,
    ),
    "confidence.known": Kind(
        Component.CONFIDENCE,
        "what known questions say of made-up answers, other than worked out by hand",
        (Component.WORDS,),
        is_exact=True,
    ),
    "routing.rules": Kind(
        Component.ROUTING, "made-up questions that go to another department than they should", is_exact=True
    ),
    "routing.names": Kind(Component.ROUTING, "names of matters routed to another department", (Component.WORDS,)),
    "routing.first": Kind(
        Component.ROUTING, "questions routed to another department first", (*_FINDING, Component.READING)
    ),
    "routing.handed": Kind(
        Component.ROUTING, "hand-overs to another department", (*_FINDING, Component.READING, Component.CONFIDENCE)
    ),
    "routing.voted": Kind(
        Component.ROUTING, "questions whose passages vote for another department", (*_FINDING, Component.READING)
    ),
    "switches.held": Kind(
        Component.SWITCHES, "questions answered although what they are about is switched off", is_exact=True
    ),
    "switches.others": Kind(
        Component.SWITCHES, "questions handed over because something else is switched off", _BEFORE_ANSWERING
    ),
    "switches.shown": Kind(
        Component.SWITCHES,
        "hand-overs that still show something of what is switched off",
        _BEFORE_ANSWERING,
        is_exact=True,
    ),
    "signals.fit": Kind(
        Component.SIGNALS, "replies whose outcome or way to people does not fit their reason", (Component.READING,)
    ),
    "signals.repeated": Kind(
        Component.SIGNALS,
        "second failures in a row that call nobody, or first ones that do",
        (*_BEFORE_ANSWERING, Component.CONFIDENCE),
    ),
    "signals.complained": Kind(
        Component.SIGNALS, "second complaints that call nobody, or first ones that do", (Component.READING,)
    ),
    "signals.classes": Kind(
        Component.SIGNALS,
        "messages of a kind that are answered though others should hear them, or the other way round",
        _BEFORE_ANSWERING,
    ),
    "follow_ups.rules": Kind(
        Component.FOLLOW_UPS,
        "made-up answers to a follow-up that are known or chosen otherwise than worked out by hand",
        (Component.WORDS, Component.CONFIDENCE),
        is_exact=True,
    ),
    "talk.carried": Kind(Component.TALK, "turns that carried over something else", _BEFORE_TURNS),
    "talk.follow_ups": Kind(Component.TALK, "follow-ups that came out wrong", _BEFORE_TURNS),
    "talk.kept": Kind(Component.TALK, "follow-ups read without the matter, day or district before them", _BEFORE_TURNS),
    "talk.new_topic": Kind(
        Component.TALK, "new questions answered otherwise because of the question before", _BEFORE_TURNS
    ),
    "talk.latest": Kind(Component.TALK, "follow-ups read as of another turn than the last", _BEFORE_TURNS),
    "talk.chosen": Kind(Component.TALK, "replies that picked another option than they name", _BEFORE_TURNS),
    "talk.changed": Kind(
        Component.TALK, "follow-ups that change the district and are read as of another", _BEFORE_TURNS
    ),
    "answers.right": Kind(None, "replies that are not right"),
    "answers.resolved": Kind(None, "questions not resolved"),
    "answers.not_wrong": Kind(None, "answers that are wrong"),
    "talk.first_turns": Kind(None, "first turns that came out wrong"),
    "examples.answered": Kind(None, "examples of the chat page and the documents not answered"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """``violations``: what may never happen, whatever the score."""

    name: str
    cases: tuple[Case, ...]
    violations: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.name]

    @property
    def n(self) -> int:
        return len(self.cases)

    @property
    def score(self) -> float | None:
        """None where there is nothing to measure."""
        return score_of(self.kind.statistic, self.cases)

    @property
    def wrong(self) -> tuple[Case, ...]:
        """Of a mean, the cases that have not come out."""
        return tuple(each for each in self.cases if each.value < 1) if self.kind.statistic is Statistic.MEAN else ()


def score_of(statistic: Statistic, cases: Sequence[Case]) -> float | None:
    """None without cases, and of an order where all cases are of one truth."""
    if not cases:
        return None
    values, truths = [each.value for each in cases], [bool(each.truth) for each in cases]
    match statistic:
        case Statistic.MEAN:
            return sum(values) / len(values)
        case Statistic.HONESTY:
            error = expected_calibration_error(values, truths)
            return None if error is None else 1 - error
        case Statistic.ORDER:
            return auroc(values, truths)
