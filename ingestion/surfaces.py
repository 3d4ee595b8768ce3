"""What of a passage is embedded and segmented: itself in its context, similar questions, sentences, sayings."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from kb_service.asking.drafting.sayings import SayingReader
from kb_service.asking.drafting.words import QuotingWords
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.ports import ScriptConverter
from kb_service.text.articles import ORDINAL
from kb_service.text.clauses import sentences
from kb_service.text.normalising import normalised

# 第十二条, 第十条之一, 第3条: only in the sparse leg, so that renumbering an article does not embed it again.
_ARTICLE_ORDINAL = re.compile(rf"^\s*{ORDINAL.pattern}\s*")

# Written into the index's manifest: when it changes, the index is made anew.
SURFACES = "2: sentences"
# A shorter piece of a text (《办法》第三条。) says nothing that a question could be near to.
_SHORTEST_SENTENCE = 6
_MOST_SENTENCES = 16


@dataclass(frozen=True, slots=True)
class Surface:
    """One point of the index: the normalised strings of its dense and sparse leg."""

    point_id: str
    passage_id: str
    dense_text: str
    sparse_text: str

    @property
    def dense_key(self) -> str:
        return key_of(self.dense_text)

    @property
    def sparse_key(self) -> str:
        return key_of(self.sparse_text)


def key_of(text: str) -> str:
    """What is computed of exactly this text is kept under it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Surfacing:
    """Makes surfaces. ``name_of`` gives the name of a matter or department id, or the id itself.

    ``words``: what is left out of sayings.
    """

    def __init__(self, converter: ScriptConverter, name_of: Callable[[str], str], words: QuotingWords) -> None:
        self._converter = converter
        self._name_of = name_of
        self._sayings = SayingReader(words, partial(normalised, converter=converter))

    def of(self, found: PassageInVersion) -> Sequence[Surface]:
        """The passage's own surface first; its point has the passage's id."""
        return [self._own(found), *self._similar_questions(found)]

    def sentences(self, found: PassageInVersion) -> list[str]:
        """Each sentence of the passage behind its matter and heading, normalised; none where it has only one.

        They are no points of the index: the passages that a search finds are ordered by their nearest sentence. Where
        no matter says what a sentence is about (FAQ, statutes, news), that made the order no better: none either.
        """
        text = found.passage.text
        spans = [each for each in sentences(text) if each.end - each.start >= _SHORTEST_SENTENCE]
        matter_id = found.metadata.matter_id
        if len(spans) < 2 or matter_id is None:
            return []
        context = [self._name_of(matter_id), *found.passage.heading_path[-2:]]
        return [self._joined([" ".join([*context, text[each.start : each.end]])]) for each in spans[:_MOST_SENTENCES]]

    def sayings(self, found: PassageInVersion) -> list[str]:
        """What an answer may begin with, normalised, where the passage belongs to a matter: most questions are about
        those. Articles are too many, and asked about too seldom, to be embedded sentence by sentence.
        """
        if found.metadata.matter_id is None:
            return []
        # Named sources are among the sayings for who asks on what it is based only.
        return [each.key for each in self._sayings.read(found, Facet.LEGAL_BASIS)]

    def _own(self, found: PassageInVersion) -> Surface:
        passage = found.passage
        headings = [_ARTICLE_ORDINAL.sub("", heading) for heading in passage.heading_path]
        dense = self._joined([*self._context(found), *headings, _ARTICLE_ORDINAL.sub("", passage.text)])
        sparse = self._joined([*self._context(found), *passage.heading_path, passage.text])
        return Surface(passage.id, passage.id, dense, sparse)

    def _similar_questions(self, found: PassageInVersion) -> list[Surface]:
        """Of a Q&A's first passage only: they lead to the answer, not to each part of it."""
        if found.passage.ordinal > 0:
            return []
        texts = [self._joined([question]) for question in found.metadata.similar_questions]
        return [
            Surface(str(uuid5(NAMESPACE_OID, f"{found.passage.id}/{number}")), found.passage.id, text, text)
            for number, text in enumerate(texts)
            if text
        ]

    def _context(self, found: PassageInVersion) -> list[str]:
        """What stands in front of a passage on both legs: worth four points of recall at 1."""
        metadata = found.metadata
        names = [self._name_of(each) for each in (metadata.matter_id, metadata.department) if each]
        titles = (title for title in (metadata.title, metadata.question) if title)
        titles_before = [title for title in titles if not found.passage.text.startswith(title)]
        return list(dict.fromkeys([*titles_before, *names]))

    def _joined(self, parts: Sequence[str]) -> str:
        return normalised("\n".join(part for part in parts if part), self._converter).strip()
