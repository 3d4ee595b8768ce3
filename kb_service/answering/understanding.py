"""Reading a question: its script, matter, facet and scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.answering.lexicon import Lexicon
from kb_service.answering.normalising import is_traditional, normalised
from kb_service.domain.answers import Carried, Question, Reason, UnderstoodAs
from kb_service.domain.matters import Facet, Matter
from kb_service.ports import ScriptConverter

# Longer than this and 你好 stands before a real question.
_LONGEST_COURTESY = 8


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question was read as. ``text`` is normalised; ``scope`` is set when no document should answer it."""

    text: str
    is_traditional: bool
    matter: Matter | None
    matter_name: str
    facet: Facet | None
    is_courtesy: bool
    scope: Reason | None
    question: Question
    carried: tuple[Carried, ...] = ()

    @property
    def text_with_matter(self) -> str:
        """The question and the proper name of the matter it names in its own way (公积金取钱 → 住房公积金提取)."""
        return self.text if self.matter is None else f"{self.text} {self.matter_name}"

    def as_stored(self) -> UnderstoodAs:
        return UnderstoodAs(
            text=self.text,
            matter_id=self.matter.id if self.matter else None,
            facet=self.facet,
            region=self.question.region,
            audience=self.question.audience,
            carried_over=self.carried,
        )


class Reader:
    """Reads questions with the site's matters and lexicon. Built once; holds normalised names, longest first."""

    def __init__(self, matters: Sequence[Matter], lexicon: Lexicon, converter: ScriptConverter) -> None:
        self._lexicon = lexicon
        self._converter = converter
        self._matter_by_id = {matter.id: matter for matter in matters}
        names = [(normalised(name, converter), matter) for matter in matters for name in (matter.name, *matter.aliases)]
        self._names = sorted(names, key=lambda pair: (-len(pair[0]), pair[0], pair[1].id))

    def read(self, question: Question) -> Understanding:
        text = normalised(question.text, self._converter).strip()
        scope = self._scope(text)
        matter = self._matter(text, question)
        return Understanding(
            text=text,
            is_traditional=is_traditional(question.text, self._converter),
            matter=matter,
            matter_name=normalised(matter.name, self._converter) if matter else "",
            facet=self.facet(text),
            is_courtesy=scope is None and self._named(text) is None and self._is_courtesy(text),
            scope=scope,
            question=question,
        )

    def _matter(self, text: str, question: Question) -> Matter | None:
        """The matter the asker chose, else the one whose longest name stands in the question."""
        if question.matter_id is not None:
            return self._matter_by_id.get(question.matter_id)
        return self._named(text)

    def _named(self, text: str) -> Matter | None:
        return next((matter for name, matter in self._names if name in text), None)

    def facet(self, text: str) -> Facet | None:
        """The facet with the longest word in the text; of equals the one that stands last (…怎么办，要带什么材料)."""
        best: tuple[int, int] = (0, -1)
        found: Facet | None = None
        for facet, words in self._lexicon.facet_words.items():
            for word in words:
                at = text.rfind(word)
                if at >= 0 and (len(word), at) > best:
                    best, found = (len(word), at), facet
        return found

    def _scope(self, text: str) -> Reason | None:
        for reason, words in self._lexicon.scope_words.items():
            if any(word in text for word in words):
                return reason
        return None

    def _is_courtesy(self, text: str) -> bool:
        return len(text) <= _LONGEST_COURTESY and any(word in text for word in self._lexicon.courtesy)
