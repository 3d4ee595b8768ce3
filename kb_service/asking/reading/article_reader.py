"""Which articles of which laws a message names: 公司法第16条, 上海市居住证管理办法第四条和第六条, 第二十条呢."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kb_service.domain.articles import ArticleNumber, Titled
from kb_service.ports import ScriptConverter
from kb_service.text.articles import Mention, mentions
from kb_service.text.normalising import normalised
from kb_service.text.vocabulary import Words

_SPACE_AND_QUOTES = re.compile(r"[\s《》〈〉「」『』“”\"'【】]")
_ANNOTATION = re.compile(r"[（(][^（）()]*[)）]$")
_NATION = re.compile(r"中华人民共和国")  # also within 关于适用《中华人民共和国行政诉讼法》的解释
_CITY = re.compile(r"^上海市")
_SHORTEST_NAME = 3
_SHORTEST_TITLE = 2  # 宪法
# The end of a name stands for it where it says as much: 纠错反馈办法 of 知识库纠错反馈办法, not 合同法 of 劳动合同法.
_SHORTEST_END = 6
_SHORTEST_END_OF_ITS_OWN = 4
# Characters beside the names and numbers: a longer message tells a story. So does one with more numbers than these.
_LONGEST_STORY = 40
_MOST_MENTIONS = 20
# The words for what stands right before a name or a number end there and are shorter: what is further away is not
# searched, again for each of some hundred numbers.
_NEAR = 40


class ArticleWords(Words):
    """The part `articles` of `reading.yaml`."""

    names: Mapping[str, str]
    label: re.Pattern[str]
    extract: re.Pattern[str]
    district: re.Pattern[str]
    before: re.Pattern[str]
    ours: re.Pattern[str]
    nations: re.Pattern[str]
    elsewhere: re.Pattern[str]
    longer: re.Pattern[str]
    generic: re.Pattern[str]
    laws: re.Pattern[str]
    laws_before_digits: re.Pattern[str]
    this: re.Pattern[str]
    beside: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class OfLaw:
    """Articles of one law. ``document_ids``: the documents that have its name, None for the law that was spoken of,
    empty for one that no document has.
    """

    document_ids: tuple[str, ...] | None
    numbers: tuple[ArticleNumber, ...]


@dataclass(frozen=True, slots=True)
class ArticlesAsked:
    """``document_ids``: of all laws named. ``rest``: the message without names and numbers; a day may stand in it.

    ``is_bare``: nothing else is in the message. ``points_back``: it speaks of 该办法, 这部法.
    """

    of_laws: tuple[OfLaw, ...]
    document_ids: tuple[str, ...]
    rest: str
    is_bare: bool
    points_back: bool


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    document_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    document_ids: frozenset[str]


@dataclass(slots=True)
class _Names:
    """The names of the documents, made anew when these change."""

    of: Sequence[Titled] = ()
    exact: list[_Name] = field(default_factory=list)
    loose: list[_Name] = field(default_factory=list)
    of_the_city: frozenset[str] = frozenset()


class ArticleReader:
    def __init__(self, words: ArticleWords, converter: ScriptConverter) -> None:
        self._words = words
        self._converter = converter
        self._names = _Names()

    def read(self, text: str, titles: Sequence[Titled]) -> ArticlesAsked | None:
        """None when the message is not a request for articles; without numbers when it only names laws."""
        said = self._plain(text)
        if "条" not in said and len(said) > _LONGEST_STORY:
            return None
        mentioned = list(islice(mentions(said), _MOST_MENTIONS + 1))
        if len(mentioned) > _MOST_MENTIONS:
            return None
        named = self._named(said, titles)
        numbered = [each for each in mentioned if each.is_marked or self._follows_law(said, each, named)]
        if not named and numbered:
            first = numbered[0]
            named = self._named_loosely(said, first, titles) or self._named_by_its_end(said, first, titles)
        if not numbered and not named:
            return None
        of_laws = tuple(OfLaw(self._law(said, each, named), each.numbers) for each in numbered)
        places = [(each.start, each.end) for each in numbered] + [(each.start, each.end) for each in named]
        rest = _without(said, places)
        found = self._words.this.search(said[: numbered[0].start]) if numbered else None
        pointing = found.group() if found else ""
        asked = ArticlesAsked(
            of_laws=of_laws,
            document_ids=tuple(sorted({document_id for each in named for document_id in each.document_ids})),
            rest=rest,
            is_bare=not self._words.beside.sub("", rest.replace(pointing, "")),
            points_back=bool(pointing),
        )
        return asked if len(rest) <= _LONGEST_STORY else None

    def _law(self, said: str, mention: Mention, named: Sequence[_Found]) -> tuple[str, ...] | None:
        """Of the name that stands before the numbers, else of the one behind them."""
        before = [each for each in named if each.end <= mention.start]
        between = said[max(before[-1].end if before else 0, mention.start - _NEAR) : mention.start]
        if self._words.this.search(between):
            return tuple(sorted(before[-1].document_ids)) if before else None
        if self._words.laws.search(between) and not before:
            return ()
        if before:
            is_another = self._words.laws.search(between) is not None
            return () if is_another else tuple(sorted(before[-1].document_ids))
        behind = [each for each in named if each.start >= mention.end]
        return tuple(sorted(behind[0].document_ids)) if behind else None

    def _follows_law(self, said: str, mention: Mention, named: Sequence[_Found]) -> bool:
        """公司法16条, but not 按公司法办3条."""
        before = [each.end for each in named if each.end <= mention.start]
        if before:
            return said[before[-1] : mention.start] in {"", "的", "里", "中"}
        return self._words.laws_before_digits.search(_right_before(said, mention.start)) is not None

    def _named(self, said: str, titles: Sequence[Titled]) -> list[_Found]:
        found: list[_Found] = []
        for name in self._names_of(titles).exact:
            at = said.find(name.text)
            while at >= 0:
                end = at + len(name.text)
                is_free = all(end <= each.start or at >= each.end for each in found)
                documents = self._standing_alone(said, at, end, name) if is_free else frozenset()
                if documents:
                    found.append(_Found(at, end, documents))
                at = said.find(name.text, end)
        return sorted(found, key=lambda each: each.start)

    def _standing_alone(self, said: str, start: int, end: int, name: _Name) -> frozenset[str]:
        """The documents that the name means where it stands; none where it is a part of another law's name."""
        words, before = self._words, _right_before(said, start)
        if words.longer.search(said[end:]):
            return frozenset()
        if words.ours.search(before):
            return self._of_the_city(name.document_ids, is_ours=True)
        if words.nations.search(before):
            return self._of_the_city(name.document_ids, is_ours=False)
        if words.elsewhere.search(before):
            return frozenset()
        return name.document_ids if words.before.search(before) else frozenset()

    def _of_the_city(self, document_ids: frozenset[str], *, is_ours: bool) -> frozenset[str]:
        ours = self._names.of_the_city
        return document_ids & ours if is_ours else document_ids - ours

    def _named_loosely(self, said: str, mention: Mention, titles: Sequence[Titled]) -> list[_Found]:
        """人身损害赔偿司法解释 for 最高人民法院关于审理人身损害赔偿案件适用法律若干问题的解释."""
        before = said[: mention.start]
        for other, proper in self._words.names.items():
            before = before.replace(other, proper)
        before = self._words.generic.sub("", before)
        for name in self._names_of(titles).loose:
            at = before.rfind(name.text)
            if at >= 0 and not before[at + len(name.text) :].strip("的里中规定") and self._is_border(before[:at]):
                return [_Found(mention.start, mention.start, name.document_ids)]
        return []

    def _named_by_its_end(self, said: str, mention: Mention, titles: Sequence[Titled]) -> list[_Found]:
        """The one law whose name goes on in front of all that was said of it."""
        before = re.sub("[的里中]$", "", said[max(0, mention.start - _NEAR) : mention.start])
        ends = [(_alike_at_the_end(before, each.text), each) for each in self._names_of(titles).exact]
        longest = max((length for length, _ in ends), default=0)
        end = before[len(before) - longest :]
        says_enough = longest >= _SHORTEST_END and len(self._words.generic.sub("", end)) > _SHORTEST_END_OF_ITS_OWN
        if not says_enough or not self._words.before.search(before[: len(before) - longest]):
            return []
        so_ending = (each for length, each in ends if length == longest)
        documents = frozenset(document_id for each in so_ending for document_id in each.document_ids)
        return [_Found(mention.start, mention.start, documents)] if len(documents) == 1 else []

    def _is_border(self, before: str) -> bool:
        words = self._words
        return any(each.search(before) for each in (words.before, words.ours, words.nations))

    def _names_of(self, titles: Sequence[Titled]) -> _Names:
        if titles is not self._names.of:
            self._names = self._made(titles)
        return self._names

    def _made(self, titles: Sequence[Titled]) -> _Names:
        documents_of: dict[str, set[str]] = {}
        loose: dict[str, set[str]] = {}
        others: dict[str, list[str]] = {}
        of_the_city: set[str] = set()
        for other, proper in self._words.names.items():
            others.setdefault(proper, []).append(other)
        for each in titles:
            title = self._words.label.sub("", _ANNOTATION.sub("", self._plain(each.title)))
            if _CITY.match(title):
                of_the_city.add(each.document_id)
            core = _CITY.sub("", _NATION.sub("", title))
            whole = self._words.extract.sub("", core)
            for name in {title, core, whole, self._words.district.sub(r"\1", whole), *others.get(core, ())}:
                if len(name) >= _SHORTEST_TITLE:
                    documents_of.setdefault(name, set()).add(each.document_id)
            shortened = self._words.generic.sub("", core)
            if len(shortened) >= _SHORTEST_NAME:
                loose.setdefault(shortened, set()).add(each.document_id)
        return _Names(titles, _longest_first(documents_of), _longest_first(loose), frozenset(of_the_city))

    def _plain(self, text: str) -> str:
        return _SPACE_AND_QUOTES.sub("", normalised(text, self._converter))


def _right_before(said: str, place: int) -> str:
    return said[max(0, place - _NEAR) : place]


def _alike_at_the_end(one: str, other: str) -> int:
    """In characters."""
    pairs = enumerate(zip(reversed(one), reversed(other), strict=False))
    return next((at for at, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))


def _longest_first(documents_of: Mapping[str, set[str]]) -> list[_Name]:
    names = [_Name(text, frozenset(ids)) for text, ids in documents_of.items()]
    return sorted(names, key=lambda each: (-len(each.text), each.text))


def _without(text: str, places: Sequence[tuple[int, int]]) -> str:
    kept = list(text)
    for start, end in places:
        kept[start:end] = [""] * (end - start)
    return "".join(kept)
