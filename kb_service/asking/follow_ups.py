"""Answering what goes on with a talk: what each way to read it finds, and the likeliest of the answers drafted from it.

A follow-up says little, and no one way to search for it is the right one: beside the earlier words it finds what was
said already, without them it may find anything. So the best passages of every reading are drafted from one by one and
together, and a model fitted on talks chooses: docs/decisions/0057-answers-to-follow-ups.md.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.drafting.drafts import Draft
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import LookedUp, SearchResult
from kb_service.asking.search.answer_features import lacks_what_is_asked
from kb_service.asking.search.retrieving import Candidate, Narrowing, QuestionTerms
from kb_service.asking.search.surroundings import above
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Carried
from kb_service.domain.documents import PassageInVersion
from kb_service.text.normalising import normalised
from kb_service.text.terms import bigrams_of

# So many passages are found by each reading, and drafted from together.
_FOUND = 30
_TOGETHER = 10
# So many of the best passages of each reading are drafted from one by one: with four as many answers were right.
_ONE_BY_ONE = 2
_FEW_CHARACTERS = (2, 6)
_FIGURES = re.compile(r"\d+")
_LEAST_LIKELY = 0.003
# Of the features of any answer, those that also tell answers to one follow-up apart.
_TAKEN = (
    "meaning_first",
    "meaning_best",
    "answer_bigrams",
    "answer_words",
    "answer_lead",
    "answer_length",
    "known_right",
    "known_wrong",
    "known_margin",
    "quoted_behind",
)


class ReadAs(StrEnum):
    """How a follow-up is read."""

    CARRIED = "carried"  # with what the talk before leaves unsaid
    AS_IT_IS = "as_it_is"  # as a question of its own, where it may be one
    ALONE = "alone"  # its own words, of the matter spoken of
    BESIDE = "beside"  # its own words beside those of the question before


class Sources(StrEnum):
    """What an answer is drafted from."""

    ONE = "one"  # passage
    TOGETHER = "together"  # the best passages of a reading
    CITED = "cited"  # those of the documents that were just cited


@dataclass(frozen=True, slots=True)
class Drafted:
    """One answer that could be given. ``passages``: what it is drafted from, the best first."""

    read_as: ReadAs
    sources: Sources
    passages: Sequence[Candidate]
    looked_up: LookedUp
    quoted: Draft

    @property
    def understood(self) -> Understanding:
        return self.looked_up.understood

    @property
    def result(self) -> SearchResult:
        return self.looked_up.result

    @property
    def source(self) -> PassageInVersion:
        """The passage quoted first."""
        return self.quoted.quotes[0].source


@dataclass(frozen=True, slots=True)
class Contender:
    """``features``: by name; what says how likely it is the right answer to the follow-up."""

    drafted: Drafted
    features: Mapping[str, float]

    @property
    def matter_id(self) -> str | None:
        return self.drafted.source.metadata.matter_id

    @property
    def text(self) -> str:
        return "\n".join(each.text for each in self.drafted.quoted.statements)


Judge = Callable[[Understanding, Sequence[Candidate], QuestionTerms], LookedUp]


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Holds no state between questions. ``judge``: what would be said from passages, and how sure it is."""

    tools: Tools
    judge: Judge

    def contenders(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic) -> Sequence[Contender]:
        """All answers to choose from; the first is what the reading with the talk before finds. Empty if nothing is
        found."""
        found: dict[ReadAs, Sequence[Candidate]] = {}
        terms: dict[ReadAs, QuestionTerms] = {}
        drafted: list[Drafted] = []

        def draft(read_as: ReadAs, sources: Sources, passages: Sequence[Candidate]) -> None:
            found = self.judge(read[read_as], passages, terms[read_as])
            if found.result.quoted is not None:
                drafted.append(Drafted(read_as, sources, passages, found, found.result.quoted))

        read = self._readings(readings, topic)
        self.tools.embed_ahead([understood.text for understood in read.values()])
        for each, understood in read.items():
            terms[each] = self.tools.retriever.weigh(understood)
            found[each] = self.tools.retriever.find(understood, narrowing=narrowing, limit=_FOUND, terms=terms[each])
            for sources, passages in _together(found[each], topic):
                draft(each, sources, passages)
        for each in read:
            for passage in _best_of_all(found):
                draft(each, Sources.ONE, [passage])
        asked = _FollowUp(readings[0], topic, found, drafted, self._own_words(readings[0]))
        return [Contender(each, self._features(each, asked)) for each in drafted]

    def likeliest(
        self, contenders: Sequence[Contender], asked: Understanding, topic: Topic
    ) -> tuple[Contender, float] | None:
        """With its probability: of what has the amount asked for, and is of the matter that the message names, if
        anything is; of another matter than the one spoken of only where the message has a word of its names. None where
        there is none to choose from."""
        named = asked.matter.id if asked.matter and asked.phrasing.names_matter else None
        of_named = [each for each in contenders if named is not None and each.matter_id == named]
        model = self.tools.follow_up_confidence
        likely = [
            (each, model.probability(each.features))
            for each in of_named or contenders
            if not lacks_what_is_asked(each.drafted.result.features or {})
            and self.goes_with(each.drafted.source, asked, topic)
        ]
        return max(likely, key=lambda pair: pair[1], default=None)

    def goes_with(self, source: PassageInVersion, asked: Understanding, topic: Topic) -> bool:
        """Whether a short message of a talk may mean this source: of the matter spoken of or one named alike, cited
        just now, or with a word of the message or the question before in a name of its matter. 外地户口可以吗 after
        敬老卡 is not asked of 康复救助, though a text on that says it nearly word for word."""
        matter_id, reader = source.metadata.matter_id, self.tools.messages.reader
        if matter_id in (None, topic.matter_id, *topic.cited_matters) or source.document_id in topic.documents:
            return True
        if asked.matter is not None and asked.matter.id == matter_id and not asked.is_matter_inferred:
            return True
        matter = reader.matter(matter_id)
        if matter is None or reader.phrasing.are_related(matter.id, topic.matter_id):
            return True
        said = asked.phrasing.telling | reader.phrasing.telling(topic.text)
        return reader.names.have_one_of(said, matter)

    def is_enough(self, probability: float) -> bool:
        return probability >= self.tools.follow_up_confidence.answer_threshold

    def _readings(self, readings: Sequence[Understanding], topic: Topic) -> dict[ReadAs, Understanding]:
        carried, *others = readings
        messages = self.tools.messages
        read = {ReadAs.CARRIED: carried}
        if others:
            read[ReadAs.AS_IT_IS] = others[0]
        return read | {ReadAs.ALONE: messages.alone(carried), ReadAs.BESIDE: messages.beside_earlier(carried, topic)}

    def _own_words(self, understood: Understanding) -> frozenset[str]:
        """Pairs of characters and figures that only this message brings up, and what guides call them."""
        own = understood.phrasing.content
        return frozenset({*bigrams_of(own), *_FIGURES.findall(own), *self.tools.lexicon.plain.beside(own)})

    def _features(self, drafted: Drafted, asked: "_FollowUp") -> dict[str, float]:
        """Shares are 0–1, confidences in logits, the rest 0 or 1 but for what `answer_features` gives."""
        result, source = drafted.result, drafted.source
        texts = [each.text for each in drafted.quoted.statements]
        said = [text in asked.topic.last_answer for text in texts]
        answer = normalised("\n".join(texts), self.tools.converter)
        whole = f"{answer}\n{normalised(above(source), self.tools.converter)}"
        phrasing, of_matter = asked.understood.phrasing, source.metadata.matter_id
        confidence = asked.confidences(drafted)
        matter = asked.understood.matter
        given = result.features or {}
        return {
            "confidence": _logit(result.confidence),
            **{f"confidence_{each}": _logit(confidence.get(each, 0.0)) for each in _EVERY_TALK},
            "confidence_most": max(_logit(confidence.get(each, 0.0)) for each in _EVERY_TALK),
            "confidence_least": min(_logit(confidence.get(each, 0.0)) for each in _EVERY_TALK),
            **{f"read_{each}": float(drafted.read_as is each) for each in ReadAs},
            **{f"from_{each}": float(drafted.sources is each) for each in Sources},
            "begins_with_said": float(said[0]),
            "said": sum(said) / len(said),
            "own_words": _share(asked.own_words, whole),
            "own_words_in_text": _share(asked.own_words, answer),
            "no_own_words": float(not asked.own_words),
            "none_of_own_words": float(bool(asked.own_words) and _share(asked.own_words, whole) == 0),
            **{f"rank_{each}": asked.nearness(each, source.passage.id) for each in _EVERY_TALK},
            "of_cited_document": float(source.document_id in asked.topic.documents),
            "of_matter_before": float(of_matter == asked.topic.matter_id),
            "of_matter_read": float(of_matter == (matter.id if matter else None)),
            **{f"at_most_{few}": float(len(phrasing.content) <= few) for few in _FEW_CHARACTERS},
            "asks": float(phrasing.asks),
            "is_tied": float(phrasing.is_tied),
            "points_back": float(phrasing.points_back),
            "sounds_like_none": float(asked.understood.likeness.likely.reason is not None),
            **{name: given.get(name, 0.0) for name in _TAKEN},
        }


_EVERY_TALK = (ReadAs.CARRIED, ReadAs.ALONE, ReadAs.BESIDE)


class _FollowUp:
    """A follow-up with all that was found and drafted for it."""

    def __init__(
        self,
        understood: Understanding,
        topic: Topic,
        found: Mapping[ReadAs, Sequence[Candidate]],
        drafted: Sequence[Drafted],
        own_words: frozenset[str],
    ) -> None:
        self.understood, self.topic, self.own_words = understood, topic, own_words
        self._rank_of = {
            read_as: {each.source.passage.id: rank for rank, each in enumerate(candidates)}
            for read_as, candidates in found.items()
        }
        self._confidence_of = {
            (each.passages[0].source.passage.id, each.read_as): each.result.confidence
            for each in drafted
            if each.sources is Sources.ONE
        }

    def confidences(self, drafted: Drafted) -> Mapping[ReadAs, float]:
        """How sure each reading is of an answer from the passage that this one quotes first."""
        found = {each: self._confidence_of.get((drafted.source.passage.id, each)) for each in ReadAs}
        own = {drafted.read_as: drafted.result.confidence}
        return own | {each: value for each, value in found.items() if value is not None}

    def nearness(self, read_as: ReadAs, passage_id: str) -> float:
        """1 for the first passage found, a half for the second; 0 for what was not found."""
        rank = self._rank_of.get(read_as, {}).get(passage_id)
        return 0.0 if rank is None else 1 / (1 + rank)


def _together(found: Sequence[Candidate], topic: Topic) -> Iterator[tuple[Sources, Sequence[Candidate]]]:
    if found:
        yield Sources.TOGETHER, found[:_TOGETHER]
    cited = [each for each in found if each.document_id in topic.documents][:_TOGETHER]
    if 1 < len(cited) < len(found):
        yield Sources.CITED, cited


def _best_of_all(found: Mapping[ReadAs, Sequence[Candidate]]) -> Sequence[Candidate]:
    best = {each.source.passage.id: each for every in _EVERY_TALK for each in found[every][:_ONE_BY_ONE]}
    return list(best.values())


def _share(words: frozenset[str], text: str) -> float:
    """0.5 where there are none to be found."""
    return sum(each in text for each in words) / len(words) if words else 0.5


def _logit(probability: float) -> float:
    bounded = min(max(probability, _LEAST_LIKELY), 1 - _LEAST_LIKELY)
    return math.log(bounded / (1 - bounded))


def as_read(contender: Contender, readings: Sequence[Understanding]) -> Understanding:
    """The follow-up as it was understood: the words of another turn, with which its answer was found, are not taken for
    its own, and a message that may be one by itself goes on with the talk where its answer does."""
    carried, drafted = readings[0], contender.drafted
    if drafted.read_as is ReadAs.AS_IT_IS:
        is_of_matter = carried.matter is not None and contender.matter_id == carried.matter.id
        return of_matter(drafted.understood, carried) if is_of_matter else drafted.understood
    if drafted.read_as is ReadAs.CARRIED:
        return drafted.understood
    if carried.matter is not None:
        return carried
    read = drafted.understood
    return replace(
        carried, matter=read.matter, matter_name=read.matter_name, is_matter_inferred=read.is_matter_inferred
    )


def may_have_answer(understood: Understanding) -> bool:
    """Whether a text may answer a follow-up: not what is for a person, or for nobody."""
    return understood.scope is None or understood.likeness.gives_way


# Characters of its own that a message may have and still be likely to go on with what was said before it.
FEW_WORDS = 6
# By so much a message read by itself has to be surer than with what was said before it.
_CLEARLY_SURER = 0.1
# So many of the best passages are looked at for the matter that was spoken of.
_NEAR = 5


def preferred(looked_up: Sequence[LookedUp]) -> LookedUp:
    """With what was said before, unless the message clearly is one by itself.

    A message of many words is, when next to nothing of the matter spoken of is found with them; and one that has a sure
    answer by itself and none with what was said before, or a less sure one: of few words only when it is found in the
    matter spoken of all the same.
    """
    carried, *others = looked_up
    if not others:
        return carried
    own = others[0]
    matters = [each.source.metadata.matter_id for each in own.result.candidates[:_NEAR]]
    before = carried.understood.matter.id if carried.understood.matter else None
    says_much = len(carried.understood.phrasing.content) > FEW_WORDS
    if says_much and before not in matters:
        return own
    lead = own.result.confidence - carried.result.confidence
    is_surer = own.is_sure and (not carried.is_sure or lead > _CLEARLY_SURER)
    is_of_matter = before in matters[:1]
    if not is_surer or not (says_much or is_of_matter):
        return carried
    return replace(own, understood=of_matter(own.understood, carried.understood)) if is_of_matter else own


def of_matter(own: Understanding, carried: Understanding) -> Understanding:
    """A message read by itself that is about the matter spoken of all the same."""
    return replace(own, matter=carried.matter, matter_name=carried.matter_name, carried=(Carried.MATTER,))
