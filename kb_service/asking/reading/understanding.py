"""What a message was read as: values, made by the reader and passed on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kb_service.asking.reading.examples import PLAIN, Likeness
from kb_service.asking.reading.lexicon import NO_QUANTITY, QuantityAsked
from kb_service.asking.reading.phrasing import NOTHING_SAID, Phrasing
from kb_service.domain.answers import Carried, Question, Reason, UnderstoodAs
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet, Matter


@dataclass(frozen=True, slots=True)
class Understanding:
    """One question, as it was read.

    ``text``: what is searched for: normalised (simplified, half width, lower case), without courtesies; with what was
    carried over and what was ``seen`` in a picture.
    ``question``: as asked, with the district and the day that its words name, unless others were chosen.
    ``matter``: None where no one matter is known; ``matter_name``: its proper name, normalised, "" for none.
    ``rivals``: two or more matters that it may be about as well as not, or none; ``names_kind``: they are all that are
    named after the kind of thing it speaks of (证丢了怎么补).
    ``is_matter_inferred``: linked by what is asked of the matter, not by a name. ``is_matter_of_wish``: only by the
    words that wish for a person, which are a name of it. ``is_beside_wish``: it is what else a wish for a person says,
    and no matter is known of that (医保报销转人工).
    ``nearness``: of the text to each matter, a cosine (−1 to 1) by matter id (see `NearestNames`); empty where nothing
    is known of it.
    ``scope``: set when no document should answer it; ``likeness``: the class of message that it follows from.
    ``audience_named``: whom its words speak for; ``as_of_named``: the Shanghai day they ask about.
    ``quantity_asked``: the amounts and times that an answer must have; ``sides``: of two or more things asked about
    together, what an answer says of each; ``things_named``: the names of each thing told apart from others, of one of
    which the source of an answer speaks.
    ``phrasing``: how the message itself was put, whatever was carried over since; ``carried``: which slots were.
    """

    text: str
    question: Question
    is_traditional: bool = False
    matter: Matter | None = None
    matter_name: str = ""
    rivals: tuple[Matter, ...] = ()
    names_kind: bool = False
    is_matter_inferred: bool = False
    is_matter_of_wish: bool = False
    is_beside_wish: bool = False
    nearness: Mapping[str, float] = field(default_factory=dict)
    facet: Facet | None = None
    is_courtesy: bool = False
    scope: Reason | None = None
    likeness: Likeness = PLAIN
    audience_named: Audience | None = None
    as_of_named: date | None = None
    quantity_asked: QuantityAsked = NO_QUANTITY
    sides: tuple[re.Pattern[str], ...] = ()
    things_named: tuple[re.Pattern[str], ...] = ()
    seen: str = ""
    phrasing: Phrasing = NOTHING_SAID
    carried: tuple[Carried, ...] = ()

    @property
    def scope_unless_answered(self) -> Reason | None:
        """Why no document should answer it, where none surely does: what it is most likely."""
        return self.likeness.likely.reason

    @property
    def text_with_matter(self) -> str:
        """The question and the proper name of the matter it names in its own way (公积金取钱 → 住房公积金提取)."""
        return self.text if self.matter is None else f"{self.text} {self.matter_name}"

    @property
    def own_words(self) -> str:
        """The question without the proper name of its matter, whose words (…支付房屋租赁费用) ask for nothing."""
        return self.text.replace(self.matter_name, " ").strip() or self.text if self.matter_name else self.text

    @property
    def text_compared(self) -> str:
        """What the meaning of a sentence is compared with: every sentence of a guide is near to the name of its matter,
        which is carried over to 要多久.
        """
        return self.own_words if self.carried else self.text

    @property
    def asks_for_section(self) -> bool:
        """Whether it asks for one facet of its matter and says nothing else (居住证签注多少钱)."""
        if self.matter is None or self.facet is None or self.seen:
            return False
        said = self.phrasing.beside_matter if self.phrasing.has_matter_name else self.phrasing.content
        return not said

    def may_be_of(self, source: str) -> bool:
        """Whether a normalised text speaks of a thing that is asked about, where one told apart from others is."""
        return not self.things_named or any(names.search(source) for names in self.things_named)

    def as_stored(self) -> UnderstoodAs:
        return UnderstoodAs(
            text=self.text,
            matter_id=self.matter.id if self.matter else None,
            facet=self.facet,
            region=self.question.region,
            audience=self.question.audience,
            as_of=self.as_of_named,
            complaint=self.phrasing.complaint,
            carried_over=self.carried,
        )


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """What a person sent, read once. ``parts``: the one to three questions of it, in order."""

    question: Question
    parts: tuple[Understanding, ...]
