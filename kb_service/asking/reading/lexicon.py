"""The words that questions are read with and the wording of replies: what a site may change in `prompts/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel, model_validator
from pydantic_core import PydanticCustomError

from kb_service.asking.reading.article_reader import ArticleWords
from kb_service.asking.reading.days import DayWords
from kb_service.asking.reading.matters import NamingWords
from kb_service.asking.reading.parts import PictureWords, SplittingWords
from kb_service.asking.reading.plain_words import EnglishWords, PlainWords
from kb_service.asking.reading.scope import Courtesies, ScopeWords
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet
from kb_service.text.clauses import CLAUSE_ENDS, SENTENCE_ENDS
from kb_service.text.districts import Districts
from kb_service.text.vocabulary import AnyOf, Words, load

_WORD = re.compile(r"\{([a-z_]+)\}")
# In normalised text.
_NUMBER = "(?P<number>[1-9一二三四五六七八九两])"


class Expectation(Words):
    """A question that matches ``asked`` is answered only by a text that matches ``needed``; ``disclaimed``: how a text
    names such a thing where it says that it has none (各项扣除的具体数额本文没有收录)."""

    asked: re.Pattern[str]
    needed: re.Pattern[str]
    disclaimed: re.Pattern[str] | None = None


class Qualifier(Words):
    """Whoever asks with words of ``asked`` is answered by ``said``: as a qualifier, beside or above an amount or a time
    (15日签发 is not how long 加急 takes); as a kind, anywhere in the answer (带什么 by a paper)."""

    asked: re.Pattern[str]
    said: re.Pattern[str]


class QuestionWords(Words):
    """`prompts/lexicon.yaml`. All words are in normalised form (simplified, lower case)."""

    facets: Mapping[Facet, tuple[str, ...]]
    validity: re.Pattern[str]
    facet_headings: Mapping[Facet, tuple[str, ...]]
    asking_words: tuple[str, ...]
    courtesy: Courtesies
    expected: tuple[Expectation, ...]
    qualifiers: tuple[Qualifier, ...]
    kinds: tuple[Qualifier, ...]
    own_numbers: re.Pattern[str]
    disclaimers: tuple[str, ...]
    told_apart: tuple[AnyOf, ...]


class ChoiceWords(Words):
    """A reply that picks one of the options offered (第二个, 最后一个) or none; and what may stand around its name."""

    ordinal: re.Pattern[str]
    first: re.Pattern[str]
    last: re.Pattern[str]
    none: re.Pattern[str]
    around: re.Pattern[str]


class TalkWords(Words):
    """`prompts/conversation.yaml`: how people go on talking."""

    openers: tuple[str, ...]
    corrections: AnyOf
    alternatives: tuple[tuple[str, ...], ...]
    endings: re.Pattern[str]
    ties: AnyOf
    adds: AnyOf
    anaphors: AnyOf
    fillers: tuple[str, ...]
    things: tuple[str, ...]
    held: AnyOf
    beside_topics: tuple[str, ...]
    topics: AnyOf
    tells: AnyOf
    objectless: re.Pattern[str]
    same_asked: re.Pattern[str]
    facets: Mapping[Facet, AnyOf]
    facet_phrases: Mapping[Facet, str]
    choices: ChoiceWords

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: object) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("things"), list):
            return value
        return _filled(value, {"thing": f"(?:{'|'.join(map(str, value['things']))})", "number": _NUMBER})


class ReadingWords(Words):
    """`prompts/reading.yaml`."""

    places: Districts
    audiences: Mapping[Audience, AnyOf]
    days: DayWords
    articles: ArticleWords
    asks: AnyOf
    splitting: SplittingWords
    naming: NamingWords
    picture: PictureWords


class Wording(RootModel[Mapping[str, str]]):
    """`prompts/wording.yaml`: what residents read."""


@dataclass(frozen=True, slots=True)
class QuantityAsked:
    """The amounts, times and numbers that a question asks for. ``needed``: what a text that answers must match;
    ``qualified``: what must stand with it; ``disclaimed``: the names of what is asked for; ``kinds``: of which kinds of
    other things an answer must name one."""

    needed: tuple[re.Pattern[str], ...] = ()
    disclaimers: tuple[str, ...] = ()
    qualified: tuple[re.Pattern[str], ...] = ()
    disclaimed: tuple[re.Pattern[str], ...] = ()
    kinds: tuple[re.Pattern[str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.needed)

    def is_missing_from(self, answer: str) -> bool:
        """Whether a normalised text has not what is asked for; a clause that says so (没有载明) has nothing."""
        if not self.needed:
            return False
        said = self._said(answer)
        return any(not each.search(said) for each in self.needed)

    def names_no_such_thing(self, answer: str) -> bool:
        """Whether a normalised text names nothing of a kind that is asked for."""
        return any(not each.search(answer) for each in self.kinds)

    def is_of_another(self, answer: str, under: str = "") -> bool:
        """Whether a normalised text has what is asked for only of something else: the ordinary time to who asks for the
        urgent one. ``under``: what it stands under, normalised."""
        sentences = [self._said(each) for each in SENTENCE_ENDS.split(answer)]
        missing = [each for each in self.qualified if not each.search(under)]
        return any(
            not any(qualifier.search(each) and amount.search(each) for each in sentences)
            for qualifier in missing
            for amount in self.needed
        )

    def disclaimed_in(self, answer: str) -> str:
        """The clause of a normalised text that says of what is asked for that the source has none; empty for none."""
        clauses = [each for each in CLAUSE_ENDS.split(answer) if self._disclaims(each)]
        return next((each for each in clauses if any(name.search(each) for name in self.disclaimed)), "")

    def begins_with_disclaimer(self, answer: str) -> bool:
        """Whether a normalised text says first that the source does not have the answer."""
        return self._disclaims(CLAUSE_ENDS.split(answer, 1)[0])

    def _said(self, answer: str) -> str:
        return "\n".join(each for each in CLAUSE_ENDS.split(answer) if not self._disclaims(each))

    def _disclaims(self, clause: str) -> bool:
        return any(word in clause for word in self.disclaimers)


NO_QUANTITY = QuantityAsked()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One value a file."""

    questions: QuestionWords
    reading: ReadingWords
    talk: TalkWords
    scope: ScopeWords
    wording: Mapping[str, str]
    plain: PlainWords
    english: EnglishWords

    @property
    def all_facet_words(self) -> tuple[str, ...]:
        return tuple(word for words in self.questions.facets.values() for word in words)

    @property
    def answer_openings(self) -> tuple[str, ...]:
        """What may stand in front of the words of the sources: yes or no, and the label of a facet."""
        verdicts = (said for name, said in self.wording.items() if name.startswith("verdict_"))
        return (*verdicts, *(f"{self.say(f'label_{facet}')}：" for facet in Facet))

    def quantity_asked(self, question: str) -> QuantityAsked:
        """Of a normalised question."""
        words, question = self.questions, self.without_own_numbers(question)
        asked = [each for each in words.expected if each.asked.search(question)]
        return QuantityAsked(
            needed=tuple(each.needed for each in asked),
            disclaimers=words.disclaimers,
            qualified=tuple(each.said for each in words.qualifiers if each.asked.search(question)),
            disclaimed=tuple(each.disclaimed for each in asked if each.disclaimed),
            kinds=tuple(each.said for each in words.kinds if each.asked.search(question)),
        )

    def things_named(self, question: str) -> tuple[re.Pattern[str], ...]:
        """Of a normalised question, the names of each thing told apart from others that it is about."""
        about = self.talk.held.sub(" ", question)
        return tuple(names for names in self.questions.told_apart if names.search(about))

    def without_own_numbers(self, said: str) -> str:
        """A normalised message without the numbers that somebody says of themselves: nothing is asked with them."""
        return self.questions.own_numbers.sub(" ", said)

    def bare(self, said: str) -> str:
        """A normalised message without the courtesies and the insults around it; all of it where it has no more."""
        return self.questions.courtesy.without(self.scope.without_insults(said)) or said

    def say(self, name: str, **values: str) -> str:
        """A wording with its blanks filled in. Raises KeyError for an unknown name or a blank without a value."""
        return self.wording[name].format(**values)


def load_lexicon(folder: Path) -> Lexicon:
    """Raises VocabularyFault, with file and line, when a file or one of its parts is missing or wrong."""
    return Lexicon(
        questions=load(folder, "lexicon.yaml", QuestionWords),
        reading=load(folder, "reading.yaml", ReadingWords),
        talk=load(folder, "conversation.yaml", TalkWords),
        scope=load(folder, "scope.yaml", ScopeWords),
        wording=load(folder, "wording.yaml", Wording).root,
        plain=load(folder, "synonyms.yaml", PlainWords),
        english=load(folder, "english.yaml", EnglishWords),
    )


def load_districts(folder: Path) -> Districts:
    """Raises VocabularyFault."""
    return load(folder, "reading.yaml", ReadingWords).places


def _filled(value: object, words: Mapping[str, str], place: tuple[str | int, ...] = ()) -> object:
    """Every ``{name}`` in the texts of ``value`` replaced by its word, so that patterns may share parts."""
    if isinstance(value, dict):
        return {key: _filled(each, words, (*place, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words, (*place, at)) for at, each in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _WORD.findall(value):
        if name not in words:
            context = {"name": name, "place": list(place)}
            raise PydanticCustomError("word", "{{{name}}} is none of the words of this file", context)
    return _WORD.sub(lambda found: words[found[1]], value)
