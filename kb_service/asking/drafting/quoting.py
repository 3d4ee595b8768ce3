"""Answers in the words of the sources: which passages, and which of their sentences, answer the question."""

from collections.abc import Callable, Generator, Mapping, Sequence

from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.events import Progress
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Drafting
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.ports import ScriptConverter
from kb_service.text.clauses import Span, sentences
from kb_service.text.normalising import normalised
from kb_service.text.terms import covered

# Fused scores are in standard deviations of a leg's top hits.
_CLOSE = 0.6
_MOST_FURTHER = 2
# Where to do it is a line; a whole list of addresses is not what was asked.
_LONGEST_PLACE = 90
_ASKED_BEFORE_GOING = frozenset({Facet.CONDITIONS, Facet.MATERIALS, Facet.STEPS, Facet.TIME_LIMIT, Facet.FEE})
# A further passage must itself say something of what is asked: notices and source lines do not.
_WORTH_QUOTING = 0.05


class ExtractiveDrafter:
    """Drafts without a language model. Everything it says is a quote."""

    def __init__(
        self,
        *,
        sections: Callable[[str], Sequence[PassageInVersion]],
        heading_names: Callable[[Facet, PassageInVersion], bool],
        converter: ScriptConverter,
        longest: int,
    ) -> None:
        """``sections``: the passages of a version in order; ``longest``: the length of an answer in characters."""
        self._sections = sections
        self._heading_names = heading_names
        self._converter = converter
        self._longest = longest

    def draft(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Mapping[str, float]
    ) -> Generator[Progress, None, Draft]:
        """Each statement is a quote, in the order they should be read."""
        quotes = self._quotes(understood, candidates, weight_of)
        statements = tuple(Statement(quote.text, (at,)) for at, quote in enumerate(quotes))
        return Draft(tuple(quotes), statements, Drafting("extractive"))
        yield  # nothing takes long enough to tell of

    def _quotes(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Mapping[str, float]
    ) -> list[Quote]:
        best = self._leading(understood, candidates).source
        passages = self._of_facet(understood, best) or self._whole_answer(best) or [best]
        quotes = self._shortened(passages, weight_of)
        quotes += self._further(quotes, candidates, weight_of)
        return quotes + self._where_to_go(understood, quotes)

    def _leading(self, understood: Understanding, candidates: Sequence[Candidate]) -> Candidate:
        """The best passage of the best version that has what is asked for: an amount, a time, a number."""
        version_id = candidates[0].source.passage.version_id
        for each in candidates:
            text = normalised(each.source.passage.text, self._converter)
            if each.source.passage.version_id == version_id and not understood.quantity_asked.is_missing_from(text):
                return each
        return candidates[0]

    def _of_facet(self, understood: Understanding, best: PassageInVersion) -> list[PassageInVersion]:
        """The section that the question asks for, when the best passage stands in it, from where it has room for it."""
        if understood.facet is None or not self._heading_names(understood.facet, best):
            return []
        section = [each for each in self._sections(best.passage.version_id) if _same_section(each, best)]
        start = next(at for at, each in enumerate(section) if each.passage.id == best.passage.id)
        room = self._longest - len(best.passage.text)
        while start > 0 and len(section[start - 1].passage.text) <= room:
            start -= 1
            room -= len(section[start].passage.text)
        return section[start:]

    def _whole_answer(self, best: PassageInVersion) -> list[PassageInVersion]:
        """A Q&A's answer is quoted whole when it fits."""
        if best.metadata.question is None:
            return []
        answer = list(self._sections(best.passage.version_id))
        fits = sum(len(each.passage.text) for each in answer) <= self._longest
        return answer if fits else []

    def _shortened(self, passages: Sequence[PassageInVersion], weight_of: Mapping[str, float]) -> list[Quote]:
        """Whole passages as far as they fit; of one that is too long, the sentences around the best one."""
        quotes: list[Quote] = []
        room = self._longest
        for found in passages:
            text = found.passage.text
            if len(text) <= room:
                quotes.append(Quote(found, Span(0, len(text))))
                room -= len(text)
            elif not quotes:
                return [Quote(found, self._best_window(text, weight_of, longest=self._longest))]
            else:
                break
        return quotes

    def _best_window(self, text: str, weight_of: Mapping[str, float], *, longest: int) -> Span:
        """The run of whole sentences around the one that covers most of the question, as long as there is room."""
        spans = sentences(text)
        shares = [covered(normalised(text[s.start : s.end], self._converter), weight_of) for s in spans]
        first = last = max(range(len(spans)), key=lambda i: (shares[i], -i))
        while True:
            before = shares[first - 1] if first > 0 else -1.0
            after = shares[last + 1] if last + 1 < len(spans) else -1.0
            leads = first > 0 and text[spans[first - 1].end - 1] in "：:"
            grown = (first - 1, last) if leads or before > after else (first, last + 1)
            too_long = spans[min(grown[1], len(spans) - 1)].end - spans[grown[0]].start > longest
            if too_long or max(before, after) < 0:
                return Span(spans[first].start, spans[last].end)
            first, last = grown

    def _further(
        self, quotes: Sequence[Quote], candidates: Sequence[Candidate], weight_of: Mapping[str, float]
    ) -> list[Quote]:
        """What else the same version says that comes close to the best passage, while there is room on the screen."""
        best = candidates[0]
        used = {quote.source.passage.id for quote in quotes}
        room = self._longest - sum(len(quote.text) for quote in quotes)
        further: list[Quote] = []
        for each in candidates:
            passage = each.source.passage
            if passage.version_id != best.source.passage.version_id or passage.id in used:
                continue
            if best.score - each.score > _CLOSE or len(further) == _MOST_FURTHER:
                break
            if covered(normalised(passage.text, self._converter), weight_of) < _WORTH_QUOTING:
                continue
            span = Span(0, len(passage.text))
            if len(passage.text) > room:
                span = self._best_window(passage.text, weight_of, longest=room)
            if 0 < span.end - span.start <= room:
                further.append(Quote(each.source, span))
                room -= span.end - span.start
        return further

    def _where_to_go(self, understood: Understanding, quotes: Sequence[Quote]) -> list[Quote]:
        """The guide's own line on where it is done, after an answer to somebody who will have to go there."""
        if understood.facet not in _ASKED_BEFORE_GOING:
            return []
        used = {quote.source.passage.id for quote in quotes}
        room = min(self._longest - sum(len(quote.text) for quote in quotes), _LONGEST_PLACE)
        for found in self._sections(quotes[0].source.passage.version_id):
            text = found.passage.text
            if found.passage.id not in used and len(text) <= room and self._heading_names(Facet.PLACE, found):
                return [Quote(found, Span(0, len(text)))]
        return []


def _same_section(one: PassageInVersion, other: PassageInVersion) -> bool:
    """Under the same headings: a section that was cut into several passages."""
    return one.passage.heading_path == other.passage.heading_path
