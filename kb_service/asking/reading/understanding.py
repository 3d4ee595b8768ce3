"""Reading a question: its script, matter, facet, region, day, and whether it is one for documents at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.reading.day_asked import day_asked
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.linking import Linked, Linker
from kb_service.asking.reading.naming import audience_named, district_named
from kb_service.asking.reading.seen_text import telling_lines
from kb_service.asking.reading.splitting_questions import split_questions
from kb_service.asking.reading.unveiling import revealed
from kb_service.domain.answers import Carried, Question, Reason, UnderstoodAs
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet, Matter
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import is_traditional, normalised

# Who is in distress, wants a person or attacks does so with the whole message.
_OF_THE_WHOLE = frozenset({Reason.DISTRESS, Reason.USER_REQUEST, Reason.ABUSE})


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question was read as. ``text`` is normalised, without courtesies; ``scope`` is set when no document should
    answer it, ``scope_unless_answered`` when none may and there is no sure answer (劳动仲裁, 离婚官司).

    ``question``: as asked, with the district and the day that its words name, unless others were chosen.
    ``rivals``: two or more matters that it may be about as well as not. ``is_matter_inferred``: linked by what is asked
    of the matter, not by a name. ``audience_named``: whom its words speak for; ``as_of_named``: the day they ask about.
    ``seen``: what was taken from a picture, part of ``text``.
    """

    text: str
    is_traditional: bool
    matter: Matter | None
    matter_name: str
    facet: Facet | None
    is_courtesy: bool
    scope: Reason | None
    question: Question
    carried: tuple[Carried, ...] = ()
    rivals: tuple[Matter, ...] = ()
    is_matter_inferred: bool = False
    audience_named: Audience | None = None
    as_of_named: date | None = None
    scope_unless_answered: Reason | None = None
    seen: str = ""

    @property
    def text_with_matter(self) -> str:
        """The question and the proper name of the matter it names in its own way (公积金取钱 → 住房公积金提取)."""
        return self.text if self.matter is None else f"{self.text} {self.matter_name}"

    @property
    def own_words(self) -> str:
        """The question without the proper name of its matter, whose words (…支付房屋租赁费用) ask for nothing."""
        return self.text.replace(self.matter_name, " ").strip() or self.text if self.matter_name else self.text

    def as_stored(self) -> UnderstoodAs:
        return UnderstoodAs(
            text=self.text,
            matter_id=self.matter.id if self.matter else None,
            facet=self.facet,
            region=self.question.region,
            audience=self.question.audience,
            as_of=self.as_of_named,
            carried_over=self.carried,
        )


class Reader:
    """Reads questions with the site's matters and lexicon. Built once; a change of either calls for a new one.

    ``questions_by_matter``: questions answered of each matter, by its id, to learn colloquial names from.
    """

    def __init__(
        self,
        matters: Sequence[Matter],
        lexicon: Lexicon,
        converter: ScriptConverter,
        questions_by_matter: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._lexicon = lexicon
        self._converter = converter
        self._matter_by_id = {matter.id: matter for matter in matters}
        facet_words = (word for words in lexicon.facet_words.values() for word in words)
        asking_words = (word for word in (*lexicon.asking_words, *facet_words) if len(word) > 1)
        self._linker = Linker(matters, converter, questions_by_matter, asking_words=asking_words)

    def read(self, question: Question) -> Understanding:
        """The words come first; what a picture shows counts where they name neither matter nor scope."""
        said = normalised(question.text, self._converter).strip()
        scope = self._scope(said, revealed(question.text))
        is_courtesy = scope is None and bool(said) and self._lexicon.courtesies.is_all_of(said)
        text = said if is_courtesy else self._bare(said)
        linked = self._linked(text, question)
        seen = "" if scope or linked.is_named else self._seen(question.seen)
        if seen and linked.matter is None and question.matter_id is None:
            linked = self._linker.link(seen)
        named = day_asked(text, question.as_of) if not question.is_day_chosen else None
        return Understanding(
            text=f"{text} {seen}".strip(),
            is_traditional=is_traditional(question.text or question.seen, self._converter),
            matter=linked.matter,
            matter_name=normalised(linked.matter.name, self._converter) if linked.matter else "",
            facet=self.facet(text) or (self.facet(seen) if linked.matter is None else None),
            is_courtesy=is_courtesy and not seen,
            scope=scope or (self._scope_seen(seen) if seen else None),
            question=replace(question, region=question.region or district_named(text), as_of=named or question.as_of),
            rivals=linked.rivals,
            is_matter_inferred=linked.matter is not None and not linked.is_named,
            audience_named=audience_named(text),
            as_of_named=named,
            scope_unless_answered=self._lexicon.scope.scope_unless_answered(text),
            seen=seen,
        )

    def questions_in(self, question: Question) -> list[Question]:
        """One to three questions of a message, the picture with the first of them.

        A message for no document is one, unless a part of it is (居住证怎么办？我的公积金还有多少？).
        """
        first, *others = split_questions(question.text, asks_for_itself=self._names_something)
        if not others or not self._may_be_split(question, [first, *others]):
            return [question]
        return [replace(question, text=first), *(replace(question, text=each, seen="") for each in others)]

    def _may_be_split(self, question: Question, parts: Sequence[str]) -> bool:
        scope = self._scope(normalised(question.text, self._converter).strip(), revealed(question.text))
        if scope in _OF_THE_WHOLE:
            return False
        texts = [normalised(part, self._converter).strip() for part in parts]
        return scope is None or any(self._scope(each, "") is None and self._names_something(each) for each in texts)

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

    def _bare(self, said: str) -> str:
        """Without the courtesies and the insults around it."""
        return self._lexicon.courtesies.without(self._lexicon.scope.without_insults(said)) or said

    def _names_something(self, part: str) -> bool:
        text = normalised(part, self._converter)
        return self.facet(text) is not None or self._linker.link(text).is_named

    def _scope(self, said: str, hidden: str) -> Reason | None:
        found = self._lexicon.scope.scope(said, hidden)
        if found is None and self._lexicon.scope.only_insults(said):
            return Reason.ABUSE
        return found

    def _linked(self, text: str, question: Question) -> Linked:
        """The matter the asker chose, else the one that the words name or ask like."""
        if question.matter_id is not None:
            return Linked(self._matter_by_id.get(question.matter_id), is_named=True)
        return self._linker.link(text)

    def _seen(self, seen: str) -> str:
        if not seen.strip():
            return ""
        return telling_lines(
            normalised(seen, self._converter),
            gives_orders=self._lexicon.scope.gives_orders,
            names=lambda line: self._linker.link(line).is_named,
        )

    def _scope_seen(self, seen: str) -> Reason | None:
        """Of a picture only a fault of the platform counts: nobody speaks to us through one."""
        return Reason.PLATFORM_FAULT if self._lexicon.scope.scope(seen, "") is Reason.PLATFORM_FAULT else None
