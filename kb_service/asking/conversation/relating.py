"""What a person may want to ask next: only questions that passages in force on the day asked about answer."""

from collections.abc import Iterator, Sequence

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.documents import GUIDES, PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised
from kb_service.text.terms import bigrams_of

# Two questions that share this part of their bigrams ask the same.
_SAME = 0.5
# In the order in which people go on.
_FACETS = (
    Facet.MATERIALS,
    Facet.CONDITIONS,
    Facet.TIME_LIMIT,
    Facet.FEE,
    Facet.STEPS,
    Facet.PLACE,
    Facet.ONLINE_ENTRY,
)


class Relating:
    """Holds the wording; nothing between answers."""

    def __init__(self, lexicon: Lexicon, converter: ScriptConverter, *, limit: int) -> None:
        self._lexicon = lexicon
        self._converter = converter
        self._limit = limit

    def after_answer(
        self,
        understood: Understanding,
        candidates: Sequence[Candidate],
        *,
        cited: Sequence[Candidate],
        guide: Sequence[PassageInVersion],
    ) -> tuple[str, ...]:
        """Other questions of the matter answered, then other facets of the guide cited.

        ``candidates`` were found under the filter of day, region and audience; ``guide``: the passages of the first
        version cited; ``cited``: the candidates that the answer quotes.
        """
        matter_id = next((each.source.metadata.matter_id for each in cited), None)
        if matter_id is None:
            return ()
        documents = {each.document_id for each in cited}
        others = [each for each in candidates if each.document_id not in documents]
        found = [*self._asked_elsewhere(others, matter_id)]
        facets = [*self._facets(understood, matter_id, guide)]
        # A question that somebody wrote an answer to comes first, yet leaves room for the guide's.
        return self._different(understood, [*found[:1], *facets[:2], *found[1:], *facets[2:]])

    def after_hand_over(self, understood: Understanding, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """What is known of the matter that could not be answered; nothing where no matter was recognised."""
        if understood.matter is None or understood.scope is not None:
            return ()
        return self._different(understood, [*self._asked_elsewhere(candidates, understood.matter.id)])

    def of_matter(self, understood: Understanding, guide: Sequence[PassageInVersion]) -> tuple[str, ...]:
        """Of the facets that the guide of the matter asked about has, those to offer."""
        return self._different(understood, self.facets(understood, guide))

    def facets(self, understood: Understanding, guide: Sequence[PassageInVersion]) -> tuple[str, ...]:
        """A question for each other facet of its matter that the guide answers; none where ``guide`` is of another
        matter."""
        matter_id = guide[0].metadata.matter_id if guide else None
        return tuple(self._facets(understood, matter_id, guide)) if matter_id else ()

    def _asked_elsewhere(self, candidates: Sequence[Candidate], matter_id: str) -> Iterator[str]:
        for each in candidates:
            asked = each.source.metadata.question
            if each.source.metadata.matter_id == matter_id and asked and self._is_answered_by(asked, each.text):
                yield asked

    def _facets(self, understood: Understanding, matter_id: str, guide: Sequence[PassageInVersion]) -> Iterator[str]:
        matter = understood.matter
        if matter is None or matter.id != matter_id or not guide or guide[0].metadata.kind not in GUIDES:
            return
        for facet in _FACETS:
            asked = self._lexicon.say(f"related_{facet}", matter=matter.name)
            section = "\n".join(
                each.passage.text for each in guide if self._is_headed(facet, each.passage.heading_path)
            )
            if facet is not understood.facet and section and self._is_answered_by(asked, section):
                yield asked

    def _is_headed(self, facet: Facet, heading_path: Sequence[str]) -> bool:
        return any(
            word in heading for heading in heading_path[-1:] for word in self._lexicon.questions.facet_headings[facet]
        )

    def _is_answered_by(self, question: str, text: str) -> bool:
        """It has the amount, time or number that is asked for."""
        said = normalised(text, self._converter)
        return not self._lexicon.quantity_asked(normalised(question, self._converter)).is_missing_from(said)

    def _different(self, understood: Understanding, questions: Sequence[str]) -> tuple[str, ...]:
        """Up to the limit, each unlike the question asked and those before it."""
        taken = [set(bigrams_of(understood.text)), set(bigrams_of(understood.question.text))]
        chosen: list[str] = []
        for each in questions:
            pairs = set(bigrams_of(normalised(each, self._converter)))
            if any(_alike(pairs, other) for other in taken):
                continue
            taken.append(pairs)
            chosen.append(each)
            if len(chosen) == self._limit:
                break
        return tuple(chosen)


def _alike(pairs: set[str], other: set[str]) -> bool:
    return len(pairs & other) >= _SAME * max(len(pairs | other), 1)
