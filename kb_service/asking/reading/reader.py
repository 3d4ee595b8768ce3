"""Reading a message: its questions, and of each the matter, facet, region, audience, day, quantity and scope."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.reading.days import timeless
from kb_service.asking.reading.examples import PLAIN, Likeness, MessageClass
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.matters import Linked, Linker, MatterNames
from kb_service.asking.reading.parts import Splitter, telling_lines
from kb_service.asking.reading.phrasing import PhrasingReader
from kb_service.asking.reading.understanding import ReadMessage, Understanding
from kb_service.domain.answers import Question, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.matters import Facet, Matter
from kb_service.ports import ScriptConverter
from kb_service.text.clauses import PAUSES_AND_ENDS
from kb_service.text.normalising import hidden_texts, is_traditional, normalised

# Who is in distress, wants a person or attacks does so with the whole message.
_OF_THE_WHOLE = frozenset({Reason.DISTRESS, Reason.USER_REQUEST, Reason.ABUSE})
# 谢谢, 好吗: what people add to a wish for a person.
_LONGEST_REST_OF_A_WISH = 3
# 麻烦帮我转接人工客服谢谢.
_LONGEST_WISH = 12
# 帮我转人工, where nothing has that name.
_SHORT_WISH = 5
# 把狗送人了 tells what was done: nobody wishes so.
_TELLS_WHAT_WAS_DONE = re.compile(r"^(?:我们?|他|她)?(?:已经?|刚刚?|把|将).+[了过]$")
# 帮我转人工，我不想活了 asks nothing of the matter whose name is in the wish.
_BESIDE_A_WISH = frozenset({Reason.USER_REQUEST, Reason.DISTRESS})
# What the name of a matter alone may mean all the same: 转人工 is one of the help service's.
_MEANT_BY_A_NAME = frozenset({MessageClass.USER_REQUEST, MessageClass.DISTRESS})


def _nothing_known(text: str) -> Likeness:
    """Of any text: as good as a question for documents."""
    return PLAIN


@dataclass(frozen=True, slots=True)
class _Normalised:
    """A text with what has to be known of it before its parts. ``bare``: without what stands around a question."""

    text: str
    bare: str
    is_traditional: bool
    is_courtesy: bool
    likeness: Likeness

    @property
    def scope(self) -> Reason | None:
        return self.likeness.sure.reason


class Reader:
    """Reads messages with the site's matters and lexicon. Built once; a change of either calls for a new one.

    ``questions_by_matter``: questions answered of each matter, by its id, to learn colloquial names from.
    ``likeness``: of a text that was read; what must never be missed is found without it.
    """

    def __init__(
        self,
        matters: Sequence[Matter],
        lexicon: Lexicon,
        converter: ScriptConverter,
        questions_by_matter: Mapping[str, Sequence[str]] | None = None,
        *,
        likeness: Callable[[str], Likeness] = _nothing_known,
        names_near: Callable[[str], Mapping[str, float]] | None = None,
        mended: Callable[[str], str] = lambda text: text,
    ) -> None:
        """``names_near``: how near a normalised text is to the names of each matter, by id (see `nearness`).

        ``mended``: a normalised text without slips of spelling (see `misspellings`).
        """
        self._mended = mended
        self._lexicon = lexicon
        self._converter = converter
        self._likeness = likeness
        asking_words = [*lexicon.questions.asking_words, *lexicon.all_facet_words]
        self._linker = Linker(
            matters,
            converter,
            lexicon.reading.naming,
            questions_by_matter,
            asking_words=[word for word in asking_words if len(word) > 1],
            names_near=names_near,
        )
        self.phrasing = PhrasingReader(lexicon, self._linker.names)
        self.splitter = Splitter(
            lexicon.reading.splitting,
            lexicon.reading.asks,
            self._names_something,
            asked=lambda piece: self._asked(normalised(piece, converter)),
            matter_named=lambda piece: self._matter_named(normalised(piece, converter)),
            rivals=lambda text: [each.name for each in self._linker.link(normalised(text, converter)).rivals],
        )

    @property
    def names(self) -> MatterNames:
        return self._linker.names

    def read(self, question: Question) -> ReadMessage:
        """The questions of a message, one to three; a picture goes with the first of them.

        A message for no document is one question, unless a part of it is for one (居住证怎么办？我的公积金还有多少？).
        """
        plain = self._normalise(question)
        texts = self.splitter.split(question.text) if plain.scope not in _OF_THE_WHOLE else [question.text]
        if len(texts) > 1:
            parts = self._understood_apart(question, texts, plain.is_traditional)
            if any(each.scope is Reason.DISTRESS for each in parts):
                in_distress = next(each.likeness for each in parts if each.scope is Reason.DISTRESS)
                return ReadMessage(question, (self._understood(question, replace(plain, likeness=in_distress)),))
            if plain.scope is None or any(_is_for_documents(each) for each in parts):
                first, *others = parts
                may_be_distress = plain.likeness.may_be_distress or first.likeness.may_be_distress
                first = replace(first, likeness=replace(first.likeness, may_be_distress=may_be_distress))
                return ReadMessage(question, (first, *others))
        return ReadMessage(question, (self._understood(question, plain),))

    def read_apart(self, question: Question, texts: Sequence[str]) -> ReadMessage:
        """A message as the questions that ``texts``, cut from it by the splitter, ask."""
        return ReadMessage(question, self._understood_apart(question, texts, self.is_traditional(question.text)))

    def _understood_apart(
        self, question: Question, texts: Sequence[str], is_traditional: bool
    ) -> tuple[Understanding, ...]:
        first, *others = texts
        asked = [replace(question, text=first), *(replace(question, text=each, seen="") for each in others)]
        return tuple(self._understood(each, self._normalise(each, is_traditional)) for each in asked)

    def understand(self, question: Question) -> Understanding:
        """A message as one question, however many it asks."""
        return self._understood(question, self._normalise(question))

    def understand_again(self, question: Question, text: str, *, matter_id: str | None) -> Understanding:
        """Earlier words, of a matter, as if they came now: 去年 counts from the day of asking."""
        today = question.as_of if question.is_day_chosen else shanghai_day(question.asked_at)
        return self.understand(replace(question, text=text, seen="", matter_id=matter_id, as_of=today))

    def day_meant(self, said: str, question: Question) -> date:
        """The day of a time that stands alone in a message; 现在 is the day that the asker chose, where one was."""
        today = shanghai_day(question.asked_at)
        now = question.as_of if question.is_day_chosen else today
        return self._lexicon.reading.days.by_itself(said, today, now=now)

    def matter(self, matter_id: str | None) -> Matter | None:
        """As the catalogue has it now."""
        return self._linker.matter(matter_id)

    def name_of(self, matter: Matter) -> str:
        """Normalised."""
        return normalised(matter.name, self._converter)

    def with_matter(self, understood: Understanding, matter_id: str | None) -> Understanding:
        """Linked to a matter that its words do not name; as it is, without one."""
        matter = self.matter(matter_id)
        if matter is None:
            return understood
        return replace(understood, matter=matter, matter_name=self.name_of(matter), is_matter_inferred=True)

    def things_named(self, text: str) -> tuple[re.Pattern[str], ...]:
        """Of a normalised text, the names of each thing told apart from others that it is about."""
        return self._lexicon.things_named(text)

    def region_in(self, text: str) -> str | None:
        """The path of the one district that a text names."""
        return self.phrasing.region(normalised(text, self._converter))

    def is_traditional(self, text: str) -> bool:
        return is_traditional(text, self._converter)

    def settled(self, understood: Understanding) -> Understanding:
        """As it is searched for, when nothing of it changes any more: without the words of a day that is a filter by
        now, and with the quantities that the text asks for.
        """
        text = timeless(understood.text) if understood.as_of_named else understood.text
        settled = replace(understood, text=text)
        return replace(
            settled,
            quantity_asked=self._lexicon.quantity_asked(settled.own_words),
            sides=self._lexicon.reading.splitting.sides_of(settled.text),
            things_named=understood.things_named if understood.carried else self.things_named(text),
        )

    def _normalise(self, question: Question, of_message: bool | None = None) -> _Normalised:
        """``of_message``: whether the message is in traditional script, where ``question`` is a part of it."""
        said = self._mended(self._lexicon.plain.plainly(normalised(question.text, self._converter).strip()))
        text = self._linker.without_particles(self._lexicon.english.in_chinese(said), self._lexicon.all_facet_words)
        script = is_traditional(question.text or question.seen, self._converter) if of_message is None else of_message
        is_courtesy = bool(text) and (self._lexicon.questions.courtesy.is_all_of(text) or self._takes_leave(text))
        bare = text if is_courtesy else self._lexicon.bare(text)
        hidden = hidden_texts(question.text)
        # What thanks and nothing else is not compared: 谢谢 needs no vector.
        # 现在呢, 徐汇呢: of nothing but a time or a place only the conversation can tell what it asks.
        is_known = is_courtesy or self.phrasing.says_only_values(bare, today=question.as_of)
        own_words = bare if said == text else self._lexicon.bare(said)
        likeness = self._lexicon.scope.likeness(
            said, hidden, lambda: PLAIN if is_known else self._compared(own_words, bare)
        )
        is_courtesy = (is_courtesy and likeness is PLAIN) or likeness.sure is MessageClass.COURTESY
        return _Normalised(text, bare, script, is_courtesy, likeness)

    def _compared(self, own_words: str, bare: str) -> Likeness:
        """With the examples, whose sentences know little of names alone: 养犬 is no insult, 歇业 no goodbye.

        ``own_words``: in the language of the message, in which examples are learnt too; ``bare``: in the words of
        guides.
        """
        found = self._likeness(own_words)
        if found.sure is MessageClass.KNOWLEDGE:
            wish = self._wish_beside(own_words, bare)
            found = found if wish is None else replace(wish, may_be_distress=found.may_be_distress)
        is_name = self._linker.is_name(bare) and self.phrasing.says_something(bare)
        return PLAIN if is_name and found.likely not in _MEANT_BY_A_NAME else found

    def _wish_beside(self, own_words: str, bare: str) -> Likeness | None:
        """That of a first or last clause that wishes for a person (公积金账户怎么解冻，帮我转人工): beside a long
        question the wish is little of the whole. None without one. Each comparison costs a vector: only a short clause
        with a name, or a very short one, is compared."""
        clauses = [each for each in PAUSES_AND_ENDS.split(bare) if each]
        ends = (clauses[-1], clauses[0]) if len(clauses) > 1 else ()
        may_wish = (
            each
            for each in ends
            if not _TELLS_WHAT_WAS_DONE.search(each)
            and (
                (len(each) <= _SHORT_WISH and not each.isascii() and each in own_words)
                or (len(each) <= _LONGEST_WISH and self._linker.names_in(each))
            )
        )
        likenesses = (self._likeness(each) for each in may_wish)
        return next((each for each in likenesses if each.sure is MessageClass.USER_REQUEST), None)

    def _understood(self, question: Question, plain: _Normalised) -> Understanding:
        """The words come first; what a picture shows counts where they name neither matter nor scope."""
        lexicon, text, scope = self._lexicon, plain.bare, plain.scope
        linked, is_of_wish, beside = self._linked(text, question), False, ""
        if scope in _BESIDE_A_WISH and question.matter_id is None:
            linked, is_of_wish, beside = self._beside_wish(text, linked)
            text = beside or text
        seen = "" if scope or linked.is_named else self._seen(question.seen)
        if seen and linked.matter is None and question.matter_id is None:
            linked = self._linker.link(seen)
        today = shanghai_day(question.asked_at)
        chosen = question.as_of if question.is_day_chosen else None
        named = lexicon.reading.days.asked(text, today, chosen=chosen)
        facet = self._facet(text) or (self._facet(seen) if linked.matter is None else None)
        region = question.region or self.phrasing.region(text)
        searched = f"{text} {seen}".strip()
        understood = Understanding(
            text=searched,
            question=replace(question, region=region, as_of=named or question.as_of),
            is_traditional=plain.is_traditional,
            matter=linked.matter,
            matter_name=self.name_of(linked.matter) if linked.matter else "",
            rivals=linked.rivals,
            names_kind=linked.names_kind,
            is_matter_inferred=linked.matter is not None and not linked.is_named,
            is_matter_of_wish=is_of_wish,
            is_beside_wish=bool(beside),
            nearness=linked.nearness,
            facet=facet,
            is_courtesy=plain.is_courtesy and not seen,
            scope=scope or (self._scope_seen(seen) if seen else None),
            likeness=plain.likeness,
            audience_named=self.phrasing.audience(text),
            as_of_named=named,
            seen=seen,
            phrasing=self.phrasing.read(
                searched,
                linked.matter,
                facet,
                today=today,
                is_dissatisfied=plain.likeness.sure is MessageClass.DISSATISFIED,
            ),
        )
        return replace(understood, quantity_asked=lexicon.quantity_asked(understood.own_words))

    def _facet(self, text: str) -> Facet | None:
        """The facet with the longest word in the text; of equals the one that stands last (…怎么办，要带什么材料)."""
        text = self._lexicon.without_own_numbers(text)
        best: tuple[int, int] = (0, -1)
        found: Facet | None = None
        for facet, words in self._lexicon.questions.facets.items():
            for word in words:
                at = text.rfind(word)
                if at >= 0 and (len(word), at) > best:
                    best, found = (len(word), at), facet
        return found

    def _takes_leave(self, said: str) -> bool:
        """算了，我直接过去问: leaves the talk and neither asks nor names anything."""
        leaves = self._lexicon.questions.courtesy.closings.search(said) is not None
        return leaves and not (self.phrasing.asks(said) or self._names_something(said))

    def _asked(self, text: str) -> Facet | str | tuple[re.Pattern[str], ...]:
        """The facet, validity apart from other times, else the kinds of amounts and times that a normalised text asks
        for; false for none of them."""
        if validity := self._lexicon.questions.validity.search(text):
            return validity.re.pattern
        return self._facet(text) or self._lexicon.quantity_asked(text).needed

    def _matter_named(self, text: str) -> str:
        """The id of the one matter that a normalised text names; empty for none."""
        linked = self._linker.link(text)
        return linked.matter.id if linked.matter and linked.is_named else ""

    def _names_something(self, part: str) -> bool:
        text = normalised(part, self._converter)
        return self._facet(text) is not None or self._linker.names_one(text)

    def _linked(self, text: str, question: Question) -> Linked:
        """The matter the asker chose, else the one that the words name or ask like."""
        if question.matter_id is not None:
            return Linked(self._linker.matter(question.matter_id), is_named=True)
        return self._linker.link(text)

    def _beside_wish(self, text: str, linked: Linked) -> tuple[Linked, bool, str]:
        """The matter that a wish for a person is about (公积金提取转人工), not that of the words that wish. Where there
        is no other, what else is said (医保报销转人工), or else that of the wish, and the second is true."""
        rest = text
        for name in self._linker.names_in(text):
            if self._likeness(name).sure is MessageClass.USER_REQUEST:
                rest = rest.replace(name, " ")
        if rest == text:
            return linked, False, ""
        other = self._linker.link(rest.strip())
        if other.matter or other.rivals:
            return other, False, ""
        if len(self.phrasing.content(rest)) > _LONGEST_REST_OF_A_WISH:
            return other, False, rest.strip()
        return linked, True, ""

    def _seen(self, seen: str) -> str:
        if not seen.strip():
            return ""
        return telling_lines(
            normalised(seen, self._converter),
            self._lexicon.reading.picture,
            asks=self.phrasing.asks,
            gives_orders=self._lexicon.scope.gives_orders,
            names=self._linker.names_one,
        )

    def _scope_seen(self, seen: str) -> Reason | None:
        """Of a picture only a fault of the platform counts: nobody speaks to us through one."""
        found = self._likeness(seen).sure
        return found.reason if found is MessageClass.PLATFORM_FAULT else None


def _is_for_documents(part: Understanding) -> bool:
    is_named = part.matter is not None and not part.is_matter_inferred
    return part.scope is None and (part.facet is not None or is_named or len(part.rivals) > 1)
