"""What may have to do with a question that gets no answer: a sentence or two of each of the best passages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.asking.checking.checking import cite
from kb_service.asking.drafting.drafts import Quote
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Possible
from kb_service.domain.knobs import Knobs
from kb_service.ports import Scheduled, ScriptConverter
from kb_service.text.clauses import Span, sentences
from kb_service.text.normalising import normalised
from kb_service.text.terms import covered


@dataclass(frozen=True, slots=True)
class PossibleQuotes:
    """Picks and checks them; holds no state between questions."""

    converter: ScriptConverter
    department_name: Callable[[str], str]
    knobs: Knobs

    def among(
        self,
        candidates: Sequence[Candidate],
        schedules: Mapping[str, Sequence[Scheduled]],
        weight_of: Mapping[str, float],
        *,
        as_of: date,
    ) -> tuple[Possible, ...]:
        """``candidates``: best first, free of planted orders; ``weight_of``: what the question's bigrams weigh.

        Checked as citations are: of a version that is not in force on the day by its schedule nothing is shown.
        """
        found: list[Possible] = []
        for quote in self._quotes(candidates, weight_of):
            if len(found) == self.knobs.possible:
                break
            found += self._checked(quote, schedules, as_of)
        return tuple(found)

    def _quotes(self, candidates: Sequence[Candidate], weight_of: Mapping[str, float]) -> Iterator[Quote]:
        said: set[str] = set()
        for each in candidates:
            span = self._sentences(each.source.passage.text, weight_of)
            quote = Quote(each.source, span) if span else None
            if quote and quote.text not in said:
                said.add(quote.text)
                yield quote

    def _sentences(self, text: str, weight_of: Mapping[str, float]) -> Span | None:
        """The sentence that says most of the question, with those behind it that fit; None where none says any of it.

        A colon ends no sentence, so that a list keeps its lead-in.
        """
        spans = [each for each in sentences(text) if each.end - each.start <= self.knobs.longest_possible]
        if not spans:
            return None
        shares = [covered(normalised(text[each.start : each.end], self.converter), weight_of) for each in spans]
        best = max(range(len(spans)), key=lambda at: (shares[at], -at))
        if not shares[best]:
            return None
        fitting = [each.end for each in spans[best:] if each.end - spans[best].start <= self.knobs.longest_possible]
        return Span(spans[best].start, fitting[-1])

    def _checked(self, quote: Quote, schedules: Mapping[str, Sequence[Scheduled]], as_of: date) -> Iterator[Possible]:
        for each in cite([quote], schedules, as_of=as_of, department_name=self.department_name) or ():
            yield Possible(
                document_id=each.document_id,
                version_id=each.version_id,
                passage_id=each.passage_id,
                title=each.title,
                quote=each.quote,
                start=each.start,
                end=each.end,
                effective_from=each.effective_from,
                effective_to=each.effective_to,
                matter_id=each.matter_id,
            )
