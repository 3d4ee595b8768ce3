"""Answers composed from the words of the sources: the saying that answers first, then what belongs to it."""

import copy
import functools
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.drafting.leading import Choosing, agreement, label_of
from kb_service.asking.drafting.sayings import (
    Saying,
    SayingKind,
    SayingReader,
    items_in_words,
    one_item_in_words,
    sentence,
)
from kb_service.asking.drafting.verdicts import AnswerVerdict, asks_yes_or_no, verdict
from kb_service.asking.drafting.words import QuotingWords
from kb_service.asking.events import Progress
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import EXTRACTIVE, Drafting
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.ports import ScriptConverter
from kb_service.text.articles import ORDINAL
from kb_service.text.clauses import Span
from kb_service.text.normalising import normalised

# Characters: what a phone shows without scrolling, in the largest of the page's sizes. Lists that were asked for may
# fill the whole screen.
_SHORT = 220
_ASKS_FOR_A_LIST = frozenset({Facet.CONDITIONS, Facet.MATERIALS, Facet.STEPS})
# Of a list one item of which answers, so much more may follow.
_SHORT_LIST = 80
# Where to do it is a line; a whole list of addresses is not what was asked.
_LONGEST_PLACE = 90
_ASKED_BEFORE_GOING = frozenset({Facet.MATERIALS, Facet.STEPS})
# What who asks how to go about something wants to know where nothing is headed so: 办理条件, 所需材料, 办理地点.
_OF_STEPS = (Facet.CONDITIONS, Facet.MATERIALS, Facet.PLACE)
# Another passage is quoted when it has so much of the question that nothing said so far has.
_WORTH_ADDING = 0.15
# Or comes close in score and has some of it, where what is said so far has less than most of the question.
_CLOSE = 0.6
_MOSTLY = 0.5
_SOMETHING = 0.06
_MOST_FURTHER = 2
# Passages never change; their sentences are asked about again and again.
_TEXTS_REMEMBERED = 4096
_PASSAGES_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """``text`` is made of the words of ``sayings``, all of one passage, the one that answers first."""

    text: str
    sayings: tuple[Saying, ...]


class ExtractiveDrafter:
    """Drafts without a language model. Everything it says is a quote, but for labels and 可以."""

    def __init__(
        self,
        *,
        sections: Callable[[str], Sequence[PassageInVersion]],
        facet_headings: Mapping[Facet, tuple[str, ...]],
        converter: ScriptConverter,
        words: QuotingWords,
        say: Callable[[str], str],
        nearness: Callable[[str, Sequence[str]], Sequence[float]],
        longest: int,
        gives_orders: Callable[[PassageInVersion], bool] = lambda _found: False,
    ) -> None:
        """``sections``: the passages of a version in order; ``facet_headings``: words of headings; ``say``: a fixed
        wording by its name; ``nearness``: the cosines of a question and sentences; ``longest``: the length of an
        answer in characters. ``gives_orders``: of a passage that is not to be quoted; only of those that may be is it
        asked, since a law has hundreds.
        """
        self._sections = sections
        self._facet_headings = facet_headings
        self._words = words
        self._say = say
        self._nearness = nearness
        self._longest = longest
        self._gives_orders = gives_orders
        self._normalise = functools.lru_cache(maxsize=_TEXTS_REMEMBERED)(partial(normalised, converter=converter))
        reader = SayingReader(words, self._normalise)
        # Several answers to one question are made of the same passages.
        self._sayings = functools.lru_cache(maxsize=_PASSAGES_REMEMBERED)(lambda *asked: tuple(reader.read(*asked)))

    def for_one_answer(self) -> "ExtractiveDrafter":
        """The same, for drafts that are made in one go: each version is read once."""
        drafter = copy.copy(self)
        drafter._sections = functools.cache(self._sections)
        return drafter

    def telling(self, understood: Understanding, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those that say something of what is asked: passages of disclaimers and sources do not, however near."""
        with_articles = ORDINAL.search(understood.own_words) is not None
        return [each for each in candidates if self._sayings(each.source, understood.facet, with_articles)]

    def draft(
        self,
        understood: Understanding,
        candidates: Sequence[Candidate],
        weight_of: Mapping[str, float],
        *,
        by_words: bool = False,
    ) -> Generator[Progress, None, Draft]:
        """Each statement is made of one quote, in the order they should be read.

        ``by_words``: sentences that words cannot tell apart are not compared in meaning, which takes milliseconds.
        """
        paragraphs = self._paragraphs(understood, candidates, weight_of, by_words=by_words)
        quotes = tuple(Quote(each.sayings[0].source, _cover(each.sayings)) for each in paragraphs)
        statements = tuple(Statement(each.text, (at,)) for at, each in enumerate(paragraphs))
        sayings = tuple(each.key for each in paragraphs[0].sayings if each.key)
        return Draft(quotes, statements, Drafting(EXTRACTIVE), sayings)
        yield  # nothing takes long enough to tell of

    def _paragraphs(
        self,
        understood: Understanding,
        candidates: Sequence[Candidate],
        weight_of: Mapping[str, float],
        *,
        by_words: bool,
    ) -> list[_Paragraph]:
        facet_words = self._facet_headings[understood.facet] if understood.facet else ()
        nearness = _unknown if by_words else partial(self._nearness, understood.text_compared)
        related = _OF_STEPS if understood.facet is Facet.STEPS else ()
        related_words = tuple(word for facet in related for word in self._facet_headings[facet])
        choosing = Choosing(understood, weight_of, self._words, facet_words, nearness, related_words)
        with_articles = ORDINAL.search(understood.own_words) is not None
        candidates = self.telling(understood, candidates) or candidates
        in_reach = self._in_reach(choosing, candidates)
        score_of = _scores(in_reach, candidates)
        sayings_of = {each.passage.id: self._sayings(each, understood.facet, with_articles) for each in in_reach}
        readable = [saying for sayings in sayings_of.values() for saying in sayings]
        if not readable:
            whole = candidates[0].source
            span = Span(0, len(whole.passage.text))
            return [_Paragraph(whole.passage.text, (Saying(whole, span, SayingKind.SENTENCE, "", "", ""),))]
        lead = choosing.best(choosing.asked_for(readable), score_of)
        room = self._longest if understood.facet in _ASKS_FOR_A_LIST else min(_SHORT, self._longest)
        paragraphs = [self._leading(understood, lead, sayings_of[lead.source.passage.id], choosing, room)]
        paragraphs += self._other_sides(paragraphs[0], readable, sayings_of, choosing, score_of)
        paragraphs += self._further(paragraphs, lead, candidates, sayings_of, choosing, room)
        return paragraphs + self._where_to_go(understood, paragraphs)

    def _in_reach(self, choosing: Choosing, candidates: Sequence[Candidate]) -> list[PassageInVersion]:
        """What was found of the best version; and the rest of its section, of the facet asked for, or of its Q&A."""
        best = candidates[0].source
        found = [each.source for each in candidates if each.source.passage.version_id == best.passage.version_id]
        known = {each.passage.id for each in found}
        beside = [
            each
            for each in self._sections(best.passage.version_id)
            if each.passage.id not in known
            and (
                best.metadata.question is not None
                or each.passage.heading_path == best.passage.heading_path != ()
                or choosing.names_facet(each)
            )
            and not self._gives_orders(each)
        ]
        return found + beside

    def _leading(
        self, understood: Understanding, lead: Saying, sayings: Sequence[Saying], choosing: Choosing, room: int
    ) -> _Paragraph:
        """The saying that answers, with what belongs to it; then the rest of its passage as far as there is room."""
        first, told = self._first(lead, sayings, choosing)
        is_lead_first = lead in told[:1] or lead.group is None
        text = self._with_verdict(choosing, first, lead) if is_lead_first else first
        before = [each for each in sayings[: sayings.index(told[0])] if each.group is None or each.group != lead.group]
        behind = list(sayings[sayings.index(told[-1]) + 1 :])
        while behind and self._limits(behind[0]) and len(text) + len(behind[0].text) <= self._longest:
            text += ("\n" if "\n" in text else "") + sentence(behind[0].text)
            told.append(behind.pop(0))
        if lead.group is not None:
            of_list = [each for each in sayings if each.group == lead.group and each not in told]
            behind = [*of_list, *(each for each in behind if each.group != lead.group)]
        lines = [text]
        for group in _grouped((*behind, *before)):
            left = room - sum(map(len, lines))
            line = self._line(group, lead, choosing, left)
            if len(line) > left:
                break
            if line:
                lines.append(line)
                told += group
        return _Paragraph("\n".join(lines), (lead, *(each for each in told if each is not lead)))

    def _other_sides(
        self,
        first: _Paragraph,
        readable: Sequence[Saying],
        sayings_of: Mapping[str, Sequence[Saying]],
        choosing: Choosing,
        score_of: Mapping[str, float],
    ) -> list[_Paragraph]:
        """Of things asked about together (男的女的分别几岁), what is said of those left out by the first paragraph."""
        further: list[_Paragraph] = []
        for side in choosing.understood.sides:
            said = "\n".join(self._normalise(each.text) for each in (first, *further))
            of_side = [each for each in readable if side.search(each.key)]
            if side.search(said) or not of_side:
                continue
            best = choosing.best(of_side, score_of)
            text, told = self._first(best, sayings_of[best.source.passage.id], choosing)
            further.append(_Paragraph(text, tuple(told)))
        return further

    def _line(self, group: Sequence[Saying], lead: Saying, choosing: Choosing, room: int) -> str:
        """A further sentence or list; empty for lines of other facets (收费：…) and the rest of a table."""
        first = group[0]
        if first.group is None:
            is_beside = label_of(first) and not choosing.has_facet_label(first)
            return "" if is_beside and not self._is_beside_facet(lead, choosing) else sentence(first.text)
        if first.group != lead.group:
            return items_in_words(group, longest=room)
        if first.kind is SayingKind.ROW or not self._is_wanted(group, lead, choosing):
            return ""
        return items_in_words(group, longest=room, is_led=True)

    def _is_beside_facet(self, lead: Saying, choosing: Choosing) -> bool:
        """Whether a text of labelled lines has none for what is asked, so that all of it is shown."""
        return bool(label_of(lead)) and not choosing.has_facet_label(lead)

    def _is_wanted(self, group: Sequence[Saying], lead: Saying, choosing: Choosing) -> bool:
        """What else stands in a list one item of which answers: where lists are asked for, and where it is short."""
        asks = choosing.understood.facet in _ASKS_FOR_A_LIST and choosing.names_facet(lead.source)
        is_of_figures = agreement(choosing.understood.own_words, lead.key) != 0
        return not is_of_figures and (asks or sum(len(each.text) for each in group) <= _SHORT_LIST)

    def _first(self, lead: Saying, sayings: Sequence[Saying], choosing: Choosing) -> tuple[str, list[Saying]]:
        """The words that stand first: one sentence with the one it goes on from, one item, or a whole list."""
        if lead.group is None:
            at = sayings.index(lead)
            first = at
            while first > 0 and self._words.goes_on.search(sayings[first].key) and sayings[first - 1].group is None:
                first -= 1
            told = list(sayings[first : at + 1])
            return "".join(sentence(each.text) for each in told), told
        group = [each for each in sayings if each.group == lead.group]
        hangs_from = lead.lead_in.key if lead.lead_in else ""
        beside = choosing.side_by_side(group)
        if lead in beside and len(beside) > 1:
            return items_in_words(beside, longest=self._longest), beside
        if choosing.alone(lead, group) and not self._words.all_of_list.search(hangs_from):
            return one_item_in_words(lead), [lead]
        at = sayings.index(group[0])
        before = sayings[at - 1 : at] if at and self._words.goes_on.search(hangs_from) else []
        told = [*before, *group]
        return "".join(sentence(each.text) for each in before) + items_in_words(group, longest=self._longest), told

    def _limits(self, saying: Saying) -> bool:
        patterns = (self._words.limits, self._words.exceptions)
        return saying.group is None and any(each.search(saying.key) for each in patterns)

    def _with_verdict(self, choosing: Choosing, text: str, lead: Saying) -> str:
        """The text's own 可以 where it has one, else ours where it is sure."""
        question = choosing.understood.own_words
        found = verdict(question, lead.key, choosing.told_above(lead), self._words)
        if lead.opening and found is not AnswerVerdict.MAY_NOT:
            return f"{lead.opening}{text}" if asks_yes_or_no(question, self._words) else text
        return text if found is None else f"{self._say(found)}{text}"

    def _further(
        self,
        paragraphs: Sequence[_Paragraph],
        lead: Saying,
        candidates: Sequence[Candidate],
        sayings_of: Mapping[str, Sequence[Saying]],
        choosing: Choosing,
        room: int,
    ) -> list[_Paragraph]:
        """What other passages of the version say of the question that nothing said so far does."""
        said = " ".join((lead.context, lead.title, self._normalise(paragraphs[0].text)))
        room -= sum(len(each.text) for each in paragraphs)
        further: list[_Paragraph] = []
        is_open = choosing.compares() or choosing.share(lead) < _MOSTLY
        for each in candidates:
            passage = each.source.passage
            if passage.id == lead.source.passage.id or not sayings_of.get(passage.id):
                continue
            if len(further) == _MOST_FURTHER:
                break
            best = max(sayings_of[passage.id], key=lambda one: choosing.gain(one, said))
            is_close = is_open and candidates[0].score - each.score < _CLOSE
            if choosing.gain(best, said) < (_SOMETHING if is_close else _WORTH_ADDING):
                continue
            text, told = self._first(best, sayings_of[passage.id], choosing)
            if len(text) <= room:
                further.append(_Paragraph(text, tuple(told)))
                said += best.context + best.key
                room -= len(text)
        return further

    def _where_to_go(self, understood: Understanding, paragraphs: Sequence[_Paragraph]) -> list[_Paragraph]:
        """The guide's own line on where it is done, after an answer to somebody who will have to go there; on where it
        is done online, where that is asked.
        """
        if understood.facet not in _ASKED_BEFORE_GOING:
            return []
        place = Facet.ONLINE_ENTRY if self._words.asks_online.search(understood.own_words) else Facet.PLACE
        used = {saying.source.passage.id for each in paragraphs for saying in each.sayings}
        room = min(self._longest - sum(len(each.text) for each in paragraphs), _LONGEST_PLACE)
        for found in self._sections(paragraphs[0].sayings[0].source.passage.version_id):
            if found.passage.id in used or not found.passage.heading_with(self._facet_headings[place]):
                continue
            if self._gives_orders(found):
                continue
            sayings = self._sayings(found)
            text = "".join(sentence(each.text) for each in sayings)
            if sayings and len(text) <= room:
                return [_Paragraph(f"{self._say(f'label_{place.value}')}：{text}", tuple(sayings))]
        return []


def _scores(in_reach: Sequence[PassageInVersion], candidates: Sequence[Candidate]) -> dict[str, float]:
    """By passage; one that was not found has the lowest of those that were."""
    found = {each.source.passage.id: each.score for each in candidates}
    lowest = min(found[each.passage.id] for each in in_reach if each.passage.id in found)
    return {each.passage.id: found.get(each.passage.id, lowest) for each in in_reach}


def _grouped(sayings: Sequence[Saying]) -> list[list[Saying]]:
    """Sentences one by one, lists whole."""
    groups: list[list[Saying]] = []
    for each in sayings:
        if groups and each.group is not None and groups[-1][0].group == each.group:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _cover(sayings: Sequence[Saying]) -> Span:
    """From the first to the last of them, with the lines their lists hang from."""
    spans = [each.span for each in sayings] + [each.lead_in.span for each in sayings if each.lead_in]
    spans += [each.header for each in sayings if each.header]
    return Span(min(each.start for each in spans), max(each.end for each in spans))


def _unknown(sayings: Sequence[str]) -> Sequence[float]:
    return [0.0] * len(sayings)
