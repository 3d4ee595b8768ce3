"""A message as one of a conversation: its questions, each with what the talk before leaves unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb_service.asking.conversation.choosing import chosen
from kb_service.asking.conversation.following import Following
from kb_service.asking.conversation.topics import Topic, topic_of_part, topic_of_turns
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Message, Understanding
from kb_service.domain.answers import Answer, Question

# One question of a message, in the one or two ways it can be read: as a follow-up first.
Readings = tuple[Understanding, ...]


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears what is asked."""

    reader: Reader
    following: Following

    def listen(self, question: Question, turns: Sequence[Answer]) -> list[Readings]:
        """The questions of a message; never empty. ``turns``: the conversation so far, oldest first."""
        message = self.reader.read(question)
        option = chosen(message, turns, reader=self.reader)
        if option is not None:
            return [self._settled((option,))]
        topic = topic_of_turns(turns) if turns else self._topic_of_words(question)
        parts = self._parts(message, topic) if len(message.parts) > 1 else []
        # One answer speaks of one day: a comparison of days is read as one question of the day chosen.
        is_of_one_day = len({part[0].question.as_of for part in parts}) == 1
        if len(parts) > 1 and is_of_one_day:
            return parts
        whole = message.parts[0] if len(message.parts) == 1 else self.reader.understand(question)
        return [self._readings(whole, topic)]

    def _topic_of_words(self, question: Question) -> Topic | None:
        """What the messages before were about, read as if each were asked now."""
        topic: Topic | None = None
        for text in question.said_before:
            reading = self.reader.understand(replace(question, text=text, seen="", matter_id=None))
            topic = topic_of_part(self._readings(reading, topic)[0]) or topic
        return topic

    def _parts(self, message: Message, topic: Topic | None) -> list[Readings]:
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
