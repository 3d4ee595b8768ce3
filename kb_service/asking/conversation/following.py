"""Reading a message as one of a conversation: what it leaves unsaid is taken over from the turns before it.

Works on what the reader found in the message; see docs/decisions/0014-conversation.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.reading.examples import PLAIN, MessageClass
from kb_service.asking.reading.phrasing import Changes
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Carried, Complaint, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.matters import Facet, Matter

# These go to a person of the department whose matter was spoken of; None: a complaint about the answer.
_ROUTED_BY_MATTER = frozenset({None, Reason.USER_REQUEST, Reason.NEEDS_PERSONAL_DATA})
# Characters. A message that points back may tell a story; what else is longer tells one of its own.
_LONGEST_POINTING_BACK = 40
_LONGEST = 24
# An earlier question that goes along with a message which asks nothing.
_LONGEST_EARLIER = 30
# 那个补贴, 这项登记: so much may stand with an anaphor and be what was spoken of.
_LONGEST_NAME = 4
# Up to so much of its own it is a follow-up for sure.
_SURE_TIED = 4
_SURE = 1


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Whether a message can be understood without what was said before.

    ``is_bare``: it names a topic and asks nothing of it (那居住登记呢). ``is_sure``: it clearly follows up, or does
    not; else it may be a short question of its own.
    """

    has_own_topic: bool
    is_bare: bool
    follows_up: bool
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Following:
    """``facet_phrases``: what is searched for when a facet is carried over to a message that has none."""

    reader: Reader
    facet_phrases: Mapping[Facet, str]

    def readings(self, understood: Understanding, topic: Topic | None) -> tuple[Understanding, ...]:
        """The message with what it leaves unsaid; as it is when it says everything itself or no topic is known.

        A short message that may be a question of its own is read as it is too: two to choose from.
        """
        before = self.reader.matter(topic.matter_id) if topic else None
        if before is not None and self._only_sounds_like_another(understood):
            understood = replace(understood, likeness=PLAIN, scope=None, is_courtesy=False)
        if topic is None or understood.is_courtesy:
            return (understood,)
        # What asks something may only sound like no question for documents: 想早点走行不行 of retiring.
        may_ask = understood.likeness.gives_way and understood.phrasing.asks
        if (understood.scope is not None and not may_ask) or understood.phrasing.complaint is Complaint.ONLY:
            return (self._routed(understood, before),)
        follow_up = self._follow_up(understood, before, topic)
        if follow_up.has_own_topic:
            is_bare = follow_up.is_bare or (topic.is_open and not understood.phrasing.asks)
            return (self._of_another(understood, topic, is_bare=is_bare),)
        if not follow_up.follows_up:
            return (understood,)
        if before is None:
            is_unknown = follow_up.is_sure and topic.matter_id is None
            return ((is_unknown and self._beside_unknown(understood, topic)) or understood,)
        carried = self._carried(understood, before, topic, is_sure=follow_up.is_sure)
        carried = replace(carried, things_named=self._things_named(understood, topic))
        return (carried,) if follow_up.is_sure else (carried, understood)

    def _only_sounds_like_another(self, understood: Understanding) -> bool:
        """Whether it goes on with what was spoken of, though by itself it sounds like an own case (我已经交了14年了) or
        small talk (男的也有吗)."""
        phrasing, sure = understood.phrasing, understood.likeness.sure
        if sure is MessageClass.NEEDS_PERSONAL_DATA:
            return not phrasing.asks and self.reader.phrasing.tells_values(phrasing.rest)
        return sure is MessageClass.COURTESY and phrasing.adds and phrasing.asks

    def _follow_up(self, understood: Understanding, before: Matter | None, topic: Topic) -> FollowUp:
        phrasing = understood.phrasing
        content = len(phrasing.content)
        is_sure = phrasing.points_back or content <= (_SURE_TIED if phrasing.is_tied else _SURE)
        if phrasing.is_tied and not is_sure:
            is_sure = self.reader.phrasing.alternatives.are_in(topic.text, phrasing.rest)
        may_name = content > (_LONGEST_NAME if phrasing.points_back else 1)
        has_own_topic = self._names_matter(understood, before) or (may_name and self._names_another(understood, before))
        longest = _LONGEST_POINTING_BACK if phrasing.points_back else _LONGEST
        return FollowUp(
            has_own_topic=has_own_topic,
            is_bare=has_own_topic and phrasing.is_tied and not phrasing.asks,
            follows_up=not has_own_topic and len(understood.text) <= longest,
            is_sure=is_sure,
        )

    def _names_matter(self, understood: Understanding, before: Matter | None) -> bool:
        """A matter by its name, one that the frontend sent, or another one that a correction is likely about."""
        chosen = understood.question.matter_id
        if chosen is not None:
            return before is None or before.id != chosen
        is_corrected = understood.phrasing.corrects and understood.matter not in (None, before)
        return understood.phrasing.names_matter or is_corrected

    def _names_another(self, understood: Understanding, before: Matter | None) -> bool:
        """A thing that is handled, or a word from the names of other matters and none of this one's."""
        phrasing = understood.phrasing
        own = self.reader.names.of(before) if before else ()
        if any(not any(thing in name for name in own) for thing in phrasing.things):
            return True
        return not phrasing.adds and self.reader.phrasing.tells_another(phrasing.telling, before)

    def _routed(self, understood: Understanding, before: Matter | None) -> Understanding:
        """转人工 or 没解决 after a question is of its department, unless another matter is named with it."""
        if before is None or understood.scope not in _ROUTED_BY_MATTER:
            return understood
        # 转人工 may itself be a name of the help service's matter.
        if understood.is_beside_wish or (understood.matter is not None and not understood.is_matter_of_wish):
            return understood
        return replace(understood, matter=before, matter_name=self.reader.name_of(before), carried=(Carried.MATTER,))

    def _of_another(self, understood: Understanding, topic: Topic, *, is_bare: bool) -> Understanding:
        """那居住登记呢: what was asked of one matter is asked of another, or of the same by another name.

        What asks something itself is only freed of the words that correct the last reading (不是,我问的是…).
        """
        phrasing = understood.phrasing
        asked = _corrected(understood) if phrasing.corrects and phrasing.rest else understood
        is_same = understood.matter is not None and understood.matter.id == topic.matter_id
        if is_bare:
            asked = self._same_asked(asked, topic)
        if is_same or (is_bare and phrasing.is_tied):
            # Persons and enterprises have matters of their own.
            return _surrounded(asked, topic if is_same else replace(topic, audience=None), phrasing.changes)
        return asked

    def _same_asked(self, understood: Understanding, topic: Topic) -> Understanding:
        """A matter that was only named, with the words of the question before, or with its facet alone."""
        phrasing = understood.phrasing
        before = self.reader.matter(topic.matter_id)
        earlier = None if before is None or self._says_more(understood) else self._earlier(understood, topic)
        words = self.reader.names.without(earlier.text, before) if earlier and before else ""
        carried: tuple[Carried, ...] = (Carried.QUESTION,) if words else ()
        if not words and topic.facet is not None:
            words = self.facet_phrases[topic.facet]
        if not words:
            return understood
        carried += (Carried.FACET,) if topic.facet is not None else ()
        return replace(understood, text=f"{phrasing.rest} {words}", facet=topic.facet, carried=carried)

    def _says_more(self, understood: Understanding) -> bool:
        """Whether it says more than the name of its matter and of whom it is, in figures (我问的是身份证,我今年50)."""
        phrasing, matter = understood.phrasing, understood.matter
        beside = self.reader.names.without(phrasing.rest, matter) if matter else phrasing.rest
        today = shanghai_day(understood.question.asked_at)
        return phrasing.beside_matter != "" and not self.reader.phrasing.says_only_values(beside, today=today)

    def _carried(self, understood: Understanding, before: Matter, topic: Topic, *, is_sure: bool) -> Understanding:
        """Of the matter spoken of: with the earlier question where the message asks nothing itself."""
        phrasing = understood.phrasing
        tells_values = self.reader.phrasing.tells_values(phrasing.rest)
        if phrasing.only_changes or phrasing.begins_with_change or (not phrasing.asks and (is_sure or tells_values)):
            again = self._asked_again(understood, topic)
            if again is not None:
                return again
        return self._completed(understood, before, topic, is_sure=is_sure)

    def _earlier(self, understood: Understanding, topic: Topic) -> Understanding | None:
        """The earlier question without what the message says otherwise, read as if it came now.

        None if it is too long to go beside a message, or may not be asked: the lexicon has changed since.
        """
        asked, changes = understood.question, understood.phrasing.changes
        words = self.reader.phrasing.without(topic.text, changes, today=asked.as_of)
        words = self.reader.phrasing.alternatives.put_into(words, understood.phrasing.rest)
        again = self.reader.understand_again(asked, f"{changes.day} {words}".strip(), matter_id=topic.matter_id)
        is_asked = again.scope is None and not again.is_courtesy and again.matter is not None
        return replace(again, text=words) if is_asked and len(words) <= _LONGEST_EARLIER else None

    def _asked_again(self, understood: Understanding, topic: Topic) -> Understanding | None:
        """浦东呢, 那2024年呢, 孩子呢, 上限呢: the earlier question of another place, audience, day or detail."""
        again, asked, phrasing = self._earlier(understood, topic), understood.question, understood.phrasing
        if again is None:
            return None
        beside = "" if phrasing.only_changes else self.reader.phrasing.alternatives.without(phrasing.rest, topic.text)
        name = "" if again.phrasing.has_matter_name else again.matter_name
        if (phrasing.only_changes or phrasing.begins_with_change) and phrasing.changes.day:
            again = self._on(again, self.reader.day_meant(phrasing.changes.day, asked))
        asked_again = replace(
            again,
            text=" ".join(filter(None, (beside, name, again.text))),
            facet=phrasing.facet or topic.facet,
            question=replace(again.question, text=asked.text, matter_id=asked.matter_id),
            is_traditional=understood.is_traditional,
            phrasing=phrasing,
            carried=(Carried.QUESTION, Carried.MATTER, *((Carried.FACET,) if topic.facet else ())),
        )
        return _surrounded(asked_again, topic, phrasing.changes)

    def _beside_unknown(self, understood: Understanding, topic: Topic) -> Understanding | None:
        """什么时候发 after a question of which no matter is known, with its words: alone it would be asked of anything.
        None where those are too long, or may not be asked."""
        asked, phrasing = understood.question, understood.phrasing
        if not topic.text or len(topic.text) > _LONGEST_EARLIER:
            return None
        again = self.reader.understand_again(asked, f"{topic.text} {phrasing.rest}".strip(), matter_id=None)
        if again.scope is not None or again.is_courtesy:
            return None
        beside = replace(
            again,
            facet=phrasing.facet or again.facet,
            question=replace(again.question, text=asked.text),
            is_traditional=understood.is_traditional,
            phrasing=phrasing,
            things_named=self._things_named(understood, topic),
            carried=(Carried.QUESTION,),
        )
        return _surrounded(beside, topic, phrasing.changes)

    def _things_named(self, understood: Understanding, topic: Topic) -> tuple[re.Pattern[str], ...]:
        """By the message, or else by the question before it, where nothing was cited of what it named."""
        own = self.reader.things_named(understood.phrasing.rest)
        return own or (() if topic.documents else self.reader.things_named(topic.text))

    def _on(self, again: Understanding, day: date) -> Understanding:
        named = day if day != shanghai_day(again.question.asked_at) else None
        return replace(again, question=replace(again.question, as_of=day), as_of_named=named)

    def _completed(self, understood: Understanding, before: Matter, topic: Topic, *, is_sure: bool) -> Understanding:
        """那要多少钱 is asked of the matter; a message that asks nothing also takes over the facet that was asked."""
        phrasing = understood.phrasing
        facet, phrase, carried = phrasing.facet, "", [Carried.MATTER]
        if is_sure and not phrasing.asks and topic.facet is not None:
            facet, phrase = topic.facet, self.facet_phrases[topic.facet]
            carried.append(Carried.FACET)
        name = self.reader.name_of(before)
        completed = replace(
            understood,
            text=" ".join(filter(None, (name, phrasing.rest, phrase))),
            matter=before,
            matter_name=name,
            facet=facet,
            rivals=(),
            names_kind=False,
            is_matter_inferred=False,
            carried=tuple(carried),
        )
        if phrasing.changes.day and understood.as_of_named is None:
            again = self.reader.understand_again(understood.question, completed.text, matter_id=topic.matter_id)
            as_of = replace(understood.question, as_of=again.question.as_of)
            completed = replace(completed, as_of_named=again.as_of_named, question=as_of)
        return _surrounded(completed, topic, phrasing.changes)


def _corrected(understood: Understanding) -> Understanding:
    """What was meant, which is no complaint though it began like one."""
    is_sigh = understood.likeness.likely is MessageClass.DISSATISFIED
    return replace(understood, text=understood.phrasing.rest, likeness=PLAIN if is_sigh else understood.likeness)


def _surrounded(understood: Understanding, topic: Topic, changes: Changes) -> Understanding:
    """With region, audience and day: what the message says itself comes before what was said earlier."""
    question = understood.question
    region, audience = changes.region or question.region, changes.audience or question.audience
    is_day_open = not (changes.day or question.is_day_chosen or understood.as_of_named)
    taken = {
        Carried.REGION: region is None and topic.region is not None,
        Carried.AUDIENCE: audience is None and topic.audience is not None,
        Carried.AS_OF: is_day_open and topic.day is not None,
    }
    question = replace(question, region=region or topic.region, audience=audience or topic.audience)
    if taken[Carried.AS_OF] and topic.day is not None:
        question = replace(question, as_of=topic.day, is_day_chosen=True)
    carried = (*understood.carried, *(each for each, is_taken in taken.items() if is_taken))
    return replace(understood, question=question, carried=carried)
