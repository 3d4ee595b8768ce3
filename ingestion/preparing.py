"""Computing what the index needs of texts, once: term counts and embeddings, kept in the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from ingestion.surfaces import Surface, Surfacing, key_of
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ComputedTexts, EmbeddingModel, Segmenter, TermCounts, Vector, Vectors
from kb_service.text.terms import counted, terms_of

# Passages embedded and written together: enough to sort by length, small enough to lose little when killed.
_BATCH = 256
# What questions do without for the seconds that it takes to compute them anew.
_DOCUMENTS_ANEW = 4

_Item = TypeVar("_Item")
Advance = Callable[[int], None]  # called with how many more surfaces are done


def silent(_done: int) -> None:
    return None


class Preparing:
    """Makes surfaces of passages and what is computed of them."""

    def __init__(
        self,
        *,
        library: SqlLibrary,
        computed: ComputedTexts,
        surfacing: Surfacing,
        model: EmbeddingModel,
        segmenter: Segmenter,
    ) -> None:
        self._library = library
        self._computed = computed
        self._surfacing = surfacing
        self._model = model
        self._segmenter = segmenter

    @property
    def _as_questions(self) -> str:
        return f"{self._model.fingerprint} as questions"

    @property
    def segmenter_fingerprint(self) -> str:
        return self._segmenter.fingerprint

    def own_surface(self, found: PassageInVersion) -> Surface:
        return self._surfacing.of(found)[0]

    def surfaces(self, passages: Sequence[PassageInVersion]) -> list[Surface]:
        return [surface for found in passages for surface in self._surfacing.of(found)]

    def prepare(self, document_ids: Sequence[str], *, advance: Advance = silent) -> None:
        """Embed and segment what is new. Killed in the middle, it goes on where it stopped."""
        for batch in batches(document_ids, _BATCH):
            by_document = self._library.passages_of_documents(batch)
            surfaces = self.surfaces([found for passages in by_document.values() for found in passages])
            self.term_counts(surfaces)
            for some in batches(surfaces, _BATCH):
                self.embeddings(some)
                advance(len(some))
            for passages in by_document.values():
                self._embed(self._sentences(passages) | self._sayings(passages))

    def term_counts(self, surfaces: Sequence[Surface]) -> Mapping[str, TermCounts]:
        """By sparse key, computed where missing."""
        known = dict(self._computed.term_counts(self._segmenter.fingerprint, [each.sparse_key for each in surfaces]))
        missing = {each.sparse_key: each.sparse_text for each in surfaces if each.sparse_key not in known}
        if missing:
            new = {key: counted(terms_of(text, self._segmenter)) for key, text in missing.items()}
            self._computed.add_term_counts(self._segmenter.fingerprint, new)
            known |= new
        return known

    def kept(self, surfaces: Sequence[Surface]) -> tuple[Mapping[str, Vector], Mapping[str, TermCounts]]:
        """By dense and by sparse key, what was computed of them before; nothing is computed."""
        vectors = self._computed.embeddings(self._model.fingerprint, [each.dense_key for each in surfaces])
        terms = self._computed.term_counts(self._segmenter.fingerprint, [each.sparse_key for each in surfaces])
        return vectors, terms

    def counted_anew(self, surface: Surface) -> TermCounts:
        """From the text, whatever is kept."""
        return counted(terms_of(surface.sparse_text, self._segmenter))

    def embedded_anew(self, surfaces: Sequence[Surface]) -> Vectors:
        """From the texts, whatever is kept: some ten milliseconds each."""
        return self._model.embed_passages([each.dense_text for each in surfaces])

    def compute_anew(self, document_ids: Sequence[str], *, advance: Advance = silent) -> None:
        """From the texts, whatever is kept; each batch takes the place of what it was. As long as a first import."""
        self._computed.forget(self.faulty_vectors())
        for batch in batches(document_ids, _DOCUMENTS_ANEW):
            by_document = self._library.passages_of_documents(batch)
            self._computed.forget(sorted(self.text_keys([each for found in by_document.values() for each in found])))
            self.prepare(batch, advance=advance)

    def faulty_vectors(self) -> Sequence[str]:
        """The keys of kept vectors that this model cannot have given, of texts and of questions."""
        kinds = [self._model.fingerprint, self._as_questions]
        return self._computed.faulty_embeddings(kinds, dimensions=self._model.dimensions)

    def mean_terms(self, passages: Sequence[PassageInVersion]) -> float:
        """The mean number of terms of a passage; 0 for none."""
        surfaces = [self.own_surface(found) for found in passages]
        terms = self.term_counts(surfaces)
        lengths = [int(terms[each.sparse_key].counts.sum()) for each in surfaces]
        return sum(lengths) / len(lengths) if lengths else 0.0

    def embeddings(self, surfaces: Sequence[Surface]) -> Mapping[str, Vector]:
        """By dense key, computed where missing."""
        return self._embed({each.dense_key: each.dense_text for each in surfaces})

    def sentence_vectors(self, passages: Sequence[PassageInVersion]) -> Mapping[str, Vectors]:
        """Of the passages' sentences, (sentences, dimensions), by passage id: empty of a single one, see `Surfacing`.

        Only read, never computed: it is asked with a person waiting. What is missing is left out, and comes with the
        next rebuild.
        """
        keys_of = {found.passage.id: list(self._sentences([found])) for found in passages}
        every_key = [key for keys in keys_of.values() for key in keys]
        vector_of = self._computed.embeddings(self._model.fingerprint, every_key)
        known = {each: [vector_of[key] for key in keys if key in vector_of] for each, keys in keys_of.items()}
        nothing = np.empty((0, self._model.dimensions), np.float32)
        return {
            each: np.array(known[each], np.float32) if keys else nothing
            for each, keys in keys_of.items()
            if known[each] or not keys
        }

    def saying_vectors(self, texts: Sequence[str]) -> Vectors:
        """Of normalised sayings, (texts, dimensions). A person waits: what is not kept is embedded, and not written."""
        key_by_text = {text: key_of(text) for text in texts}
        kept = self._computed.embeddings(self._model.fingerprint, list(key_by_text.values()))
        missing = [text for text, key in key_by_text.items() if key not in kept]
        new = dict(zip(missing, self._model.embed_sentences(missing), strict=True)) if missing else {}
        found = [new[text] if text in new else kept[key_by_text[text]] for text in texts]
        return np.array(found, np.float32).reshape(len(texts), self._model.dimensions)

    def text_keys(self, passages: Sequence[PassageInVersion]) -> set[str]:
        """Of everything that is computed of them."""
        own = {key for each in self.surfaces(passages) for key in (each.dense_key, each.sparse_key)}
        return own | set(self._sentences(passages)) | set(self._sayings(passages))

    def _sentences(self, passages: Sequence[PassageInVersion]) -> dict[str, str]:
        """By their keys."""
        return {key_of(text): text for found in passages for text in self._surfacing.sentences(found)}

    def _sayings(self, passages: Sequence[PassageInVersion]) -> dict[str, str]:
        """By their keys."""
        return {key_of(text): text for found in passages for text in self._surfacing.sayings(found)}

    def _embed(self, text_of: Mapping[str, str]) -> Mapping[str, Vector]:
        """By key, computed where missing."""
        known = dict(self._computed.embeddings(self._model.fingerprint, list(text_of)))
        missing = {key: text for key, text in text_of.items() if key not in known}
        if missing:
            vectors = self._model.embed_passages(list(missing.values()))
            new = dict(zip(missing, vectors, strict=True))
            self._computed.add_embeddings(self._model.fingerprint, new)
            known |= new
        return known

    def question_vectors(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """By normalised text, embedded as if each were asked; computed where missing: some milliseconds a text."""
        kind = self._as_questions
        text_of = {key_of(text): text for text in texts}
        known = dict(self._computed.embeddings(kind, list(text_of)))
        missing = {key: text for key, text in text_of.items() if key not in known}
        new = dict(zip(missing, self._model.embed_questions(list(missing.values())), strict=True))
        self._computed.add_embeddings(kind, new)
        return {text_of[key]: vector for key, vector in (known | new).items()}


def batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """Runs of at most ``size``, in order."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
