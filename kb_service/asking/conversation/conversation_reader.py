"""A message as one of a conversation: its questions, each with what the talk before leaves unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb_service.asking.conversation.following import Following
from kb_service.asking.conversation.topics import Topic, topic_of_part, topic_of_turns
from kb_service.asking.reading.phrasing import LAST, Phrasing
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import ReadMessage, Understanding
from kb_service.domain.answers import Answer, Carried, Option, Question
from kb_service.domain.days import shanghai_day
from kb_service.domain.matters import CITY

# One question of a message, in the one or two ways it can be read: as a follow-up first.
Readings = tuple[Understanding, ...]
# Characters. What is longer says more than which option is meant.
_LONGEST_CHOICE = 14
# The share of a reply's characters that the label of the option must have, and by how much it must lead.
_MOSTLY = 0.8
_LEAD = 0.3


@dataclass(frozen=True, slots=True)
class MessageInTalk:
    """``questions``: those of the message, never empty; ``topic``: what was spoken of before it, if anything was."""

    questions: Sequence[Readings]
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class ConversationReader:
    """Reads each message with what was said before it."""

    reader: Reader
    following: Following

    def read(self, question: Question, turns: Sequence[Answer]) -> MessageInTalk:
        """``turns``: the conversation so far, oldest first."""
        topic = self._topic(question, turns)
        return MessageInTalk(self._questions(self.reader.read(question), turns, topic), topic)

    def read_joined(self, question: Question, topic: Topic | None) -> dict[str, Readings]:
        """Of a question that asks the same of two things, the question of each, by its name; empty of any other."""
        texts = self.reader.splitter.joined(question.text)
        parts = self.reader.read_apart(question, [*texts.values()]).parts if texts else ()
        return {name: self._readings(each, topic) for name, each in zip(texts, parts, strict=True)}

    def read_clauses(self, question: Question, topic: Topic | None) -> list[Readings]:
        """Of a sentence two clauses of which ask, the question of each, read after those before it; empty of any
        other."""
        texts = self.reader.splitter.clauses(question.text)
        parts = self._parts(self.reader.read_apart(question, texts), topic) if texts else []
        return parts if len(parts) > 1 else []

    def alone(self, understood: Understanding) -> Understanding:
        """Only what a message says itself, of the matter that it was read as of."""
        return self.reader.settled(replace(understood, text=understood.phrasing.rest or understood.text))

    def beside_earlier(self, understood: Understanding, topic: Topic) -> Understanding:
        """What a message says, of the matter spoken of, with the earlier words: to find passages with, no more."""
        matter = self.reader.matter(topic.matter_id)
        return self.reader.settled(
            replace(
                understood,
                text=f"{understood.phrasing.rest or understood.text} {topic.text}",
                matter=matter or understood.matter,
                matter_name=self.reader.name_of(matter) if matter else understood.matter_name,
            )
        )

    def _questions(self, message: ReadMessage, turns: Sequence[Answer], topic: Topic | None) -> Sequence[Readings]:
        option = chosen(message, turns, reader=self.reader)
        if option is not None:
            return [self._settled((option,))]
        parts = self._parts(message, topic) if len(message.parts) > 1 else []
        # One answer speaks of one day: a comparison of days is read as one question of the day chosen.
        is_of_one_day = len({part[0].question.as_of for part in parts}) == 1
        if len(parts) > 1 and is_of_one_day:
            return parts
        whole = message.parts[0] if len(message.parts) == 1 else self.reader.understand(message.question)
        return [self._readings(whole, topic)]

    def _topic(self, question: Question, turns: Sequence[Answer]) -> Topic | None:
        def names_topic(text: str) -> bool:
            again = replace(question, text=text, seen="", matter_id=None)
            return self.reader.understand(again).phrasing.things != frozenset()

        return topic_of_turns(turns, names_topic=names_topic) if turns else self._topic_of_words(question)

    def _topic_of_words(self, question: Question) -> Topic | None:
        """What the messages before were about, read as if each were asked now."""
        topic: Topic | None = None
        for text in question.said_before:
            reading = self.reader.understand(replace(question, text=text, seen="", matter_id=None))
            topic = topic_of_part(self._readings(reading, topic)[0]) or topic
        return topic

    def _parts(self, message: ReadMessage, topic: Topic | None) -> list[Readings]:
        """Each part is read after those before it, as if they had been said one by one; greetings are left out."""
        parts: list[Readings] = []
        for each in message.parts:
            part = self._readings(each, topic)
            topic = topic_of_part(part[0]) or topic
            if not part[0].is_courtesy:
                parts.append(part)
        return parts

    def _readings(self, understood: Understanding, topic: Topic | None) -> Readings:
        return self._settled(self.following.readings(understood, topic))

    def _settled(self, found: Readings) -> Readings:
        return tuple(self.reader.settled(each) for each in found)


def chosen(message: ReadMessage, turns: Sequence[Answer], *, reader: Reader) -> Understanding | None:
    """The question that the last turn asked back about, with the option that this message picks.

    None when the last turn asked nothing back, or the message asks something itself.
    """
    asked_back = turns[-1].clarification if turns else None
    if asked_back is None or not asked_back.options:  # an apology for an answer has none
        return None
    understood = message.parts[0]
    given = [each for each in asked_back.options if each.matter_id == message.question.matter_id is not None]
    if len(given) == 1:
        return _asked_again(understood, turns[-1], given[0], reader=reader)
    option = _option(understood, asked_back.options) if len(message.parts) == 1 else None
    return None if option is None else _asked_again(understood, turns[-1], option, reader=reader)


def _option(understood: Understanding, options: Sequence[Option]) -> Option | None:
    """By its place, label, part of the label, district, audience, or another name of its matter."""
    reply = understood.phrasing.reply
    if reply.place is not None:
        return options[reply.place if reply.place == LAST else reply.place - 1] if reply.place <= len(options) else None
    if len(understood.text.strip(" ,，。.!！?？~、")) > _LONGEST_CHOICE:
        return None
    return (
        _by_label(reply.name, options)
        or _by_region_or_audience(understood.phrasing, options)
        or _by_matter(understood, options)
    )


def _by_label(reply: str, options: Sequence[Option]) -> Option | None:
    """The label itself, or most of the reply's characters in one label and clearly fewer in the others (签注那个)."""
    exact = [each for each in options if each.label.lower() == reply]
    if exact or len(reply) < 2:
        return exact[0] if exact else None
    within = [each for each in options if reply in each.label.lower()]
    if len(within) == 1:
        return within[0]
    shares = sorted(
        ((sum(char in each.label.lower() for char in reply) / len(reply), at) for at, each in enumerate(options)),
        key=lambda pair: (-pair[0], pair[1]),
    )
    best, second = shares[0], shares[1] if len(shares) > 1 else (0.0, -1)
    return options[best[1]] if best[0] >= _MOSTLY and best[0] - second[0] >= _LEAD else None


def _by_region_or_audience(phrasing: Phrasing, options: Sequence[Option]) -> Option | None:
    """徐汇 where only 浦东 has rules of its own is one of the others; 公司 is an enterprise."""
    region, audience = phrasing.changes.region, phrasing.changes.audience
    if region is not None and not phrasing.content:
        named = [each for each in options if each.region == region]
        others = [replace(each, region=region) for each in options if each.region == CITY]
        return next(iter([*named, *others]), None)
    said = [each for each in options if each.audience is not None and each.audience is audience]
    return said[0] if len(said) == 1 else None


def _by_matter(understood: Understanding, options: Sequence[Option]) -> Option | None:
    """Another name of an option's matter, and nothing else."""
    if understood.matter is None:
        return None
    of_matter = [each for each in options if each.matter_id == understood.matter.id]
    is_all = not understood.phrasing.beside_matter and not understood.phrasing.asks_beside_matter
    return of_matter[0] if len(of_matter) == 1 and is_all else None


def _asked_again(understood: Understanding, turn: Answer, option: Option, *, reader: Reader) -> Understanding:
    """The question that ``turn`` asked back about, of the option.

    Its words are the person's own; they are read anew as if they came now.
    """
    earlier = turn.understood_as
    spoken = understood.question
    is_of_that_day = turn.as_of == shanghai_day(turn.asked_at)
    is_day_taken = not is_of_that_day and not spoken.is_day_chosen
    question = replace(
        spoken,
        region=option.region or spoken.region or earlier.region,
        audience=option.audience or spoken.audience or earlier.audience,
        as_of=turn.as_of if is_day_taken else spoken.as_of,
        is_day_chosen=spoken.is_day_chosen or is_day_taken,
    )
    matter_id = option.matter_id or earlier.matter_id
    again = reader.understand(replace(question, text=earlier.text, seen="", matter_id=matter_id))
    is_named = again.matter is None or again.phrasing.has_matter_name
    return replace(
        again,
        text=again.text if is_named else f"{again.matter_name} {again.text}",
        facet=earlier.facet or again.facet,
        is_traditional=understood.is_traditional or reader.is_traditional(turn.question),
        question=question,
        carried=(Carried.QUESTION, *((Carried.AS_OF,) if is_day_taken else ())),
    )
