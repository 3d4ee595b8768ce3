"""The words that a conversation is followed with, from `prompts/conversation.yaml`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb_service.asking.conversation.matter_names import MatterNames
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.domain.documents import Audience
from kb_service.domain.matters import DISTRICTS, Facet, Matter, region_path
from kb_service.text.terms import bigrams_of

_NUMBER = "(?P<number>[1-9一二三四五六七八九两])"
# 静安寺 is no district, nor are 宝山路 and 普陀山.
_NO_DISTRICT = "(?!寺|路|山|江|站|公园|大道|医院|大学|中学|机场)"
_NO_NAMES = MatterNames()
_MARKS = re.compile(r"[\W_]+")
# Characters beside the complaint that ask nothing: 太差了.
_LONGEST_SIGH = 1
# 浦东 and 徐汇 are districts too.
_DISTRICT_END = re.compile("(?:新区|区)$")


@dataclass(frozen=True, slots=True)
class ConversationWords:
    """All patterns are for normalised text (simplified, lower case).

    ``names``: of the site's matters; ``pairs_of``: the bigrams of a matter's names that tell it from others, by its id.
    """

    names: MatterNames
    pairs_of: Mapping[str, frozenset[str]]
    opener: re.Pattern[str]
    anaphor: re.Pattern[str]
    filler: re.Pattern[str]
    asking: re.Pattern[str]
    beside_topic: re.Pattern[str]
    held: re.Pattern[str]
    topic: re.Pattern[str]
    objectless: re.Pattern[str]
    day: re.Pattern[str]
    today: re.Pattern[str]
    same_asked: re.Pattern[str]
    district: re.Pattern[str]
    audiences: Mapping[Audience, re.Pattern[str]]
    facets: Mapping[Facet, re.Pattern[str]]
    facet_phrases: Mapping[Facet, str]
    ordinal: re.Pattern[str]
    first: re.Pattern[str]
    last: re.Pattern[str]
    around_choice: re.Pattern[str]
    dissatisfied: re.Pattern[str]
    not_dissatisfied: re.Pattern[str]

    def content(self, text: str) -> str:
        """What is left without common words and marks: what a message says of its own."""
        return _MARKS.sub("", self.filler.sub("", text))

    def tells_another(self, text: str, before: Matter | None) -> bool:
        """Whether a text has words from the names of other matters than this one and none from its own."""
        pairs = _telling_pairs(text, self.filler, self.beside_topic)
        own = self.pairs_of.get(before.id, frozenset()) if before else frozenset()
        return not pairs & own and any(pairs & others for others in self.pairs_of.values())

    def region_in(self, text: str) -> str | None:
        """The path of the first district that a text names, in full or short (浦东)."""
        named = self.district.search(text)
        return region_path(DISTRICTS[int(str(named.lastgroup)[1:])]) if named else None

    def is_dissatisfied(self, text: str) -> bool:
        """Whether a normalised message says that the last answer did not help."""
        return self.dissatisfied.search(self.not_dissatisfied.sub(" ", text)) is not None

    def is_nothing_but_dissatisfied(self, text: str) -> bool:
        """The same, and it asks nothing besides."""
        if not self.is_dissatisfied(text):
            return False
        rest = self.dissatisfied.sub("", self.opener.sub("", text))
        return self.asking.search(rest) is None and len(self.content(rest)) <= _LONGEST_SIGH


def load_conversation_words(folder: Path, lexicon: Lexicon, names: MatterNames = _NO_NAMES) -> ConversationWords:
    """Raises FileNotFoundError, KeyError or re.error when the file, a part or a pattern is missing or wrong."""
    said = yaml.safe_load((folder / "conversation.yaml").read_text(encoding="utf-8"))
    facet_words = [re.escape(word) for words in lexicon.facet_words.values() for word in words]
    asking = [re.escape(word) for word in lexicon.asking_words]
    thing = f"(?:{'|'.join(said['things'])})"
    held = [pattern.replace("{thing}", thing) for pattern in (*said["held"], *said["held_after"])]
    choices = said["choices"]
    filler = _any(sorted({*said["fillers"], *facet_words, *asking}, key=lambda word: (-len(word), word)))
    beside_topic = _any(sorted(said["beside_topics"], key=len, reverse=True))
    return ConversationWords(
        names=names,
        pairs_of={
            matter_id: frozenset(pair for name in own for pair in _telling_pairs(name, filler, beside_topic))
            for matter_id, own in names.names_of.items()
        },
        opener=re.compile(rf"^(?:(?:{'|'.join(said['openers'])})[,，。 ]*)+"),
        anaphor=_any(said["anaphors"]),
        filler=filler,
        asking=_any(facet_words),
        beside_topic=beside_topic,
        held=_any(held),
        topic=_any(said["topics"]),
        objectless=re.compile(said["objectless"]),
        day=_any(said["days"]),
        today=_any(said["today"]),
        same_asked=re.compile(said["same_asked"]),
        district=re.compile("|".join(_district(name) for name in DISTRICTS)),
        audiences={Audience(name): _any(words) for name, words in said["audiences"].items()},
        facets={
            Facet(name): _any(pattern.replace("{thing}", thing) for pattern in patterns)
            for name, patterns in said["facets"].items()
        },
        facet_phrases={Facet(name): phrase for name, phrase in said["facet_phrases"].items()},
        ordinal=re.compile(choices["ordinal"].replace("{number}", _NUMBER)),
        first=re.compile(choices["first"]),
        last=re.compile(choices["last"]),
        around_choice=re.compile(choices["around"]),
        dissatisfied=_any(said["dissatisfied"]),
        not_dissatisfied=_any(said["not_dissatisfied"]),
    )


def _telling_pairs(text: str, filler: re.Pattern[str], beside_topic: re.Pattern[str]) -> set[str]:
    """The bigrams that may tell one matter from another."""
    return set(bigrams_of(filler.sub(" ", beside_topic.sub(" ", text))))


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


def _district(name: str) -> str:
    """In a group that is named for its place in the list."""
    short = _DISTRICT_END.sub("", name)
    return f"(?P<d{DISTRICTS.index(name)}>{name}|{short}区?{_NO_DISTRICT})"
