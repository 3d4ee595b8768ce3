"""A message as one of a conversation: its questions, each with what the talk before leaves unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb_service.asking.conversation.choosing import chosen
from kb_service.asking.conversation.conversation_words import ConversationWords
from kb_service.asking.conversation.conversing import readings
from kb_service.asking.conversation.topics import Topic, topic_of_part, topic_of_turns
from kb_service.asking.reading.day_asked import timeless
from kb_service.asking.reading.understanding import Reader, Understanding
from kb_service.domain.answers import Answer, Question

# One question of a message, in the one or two ways it can be read: as a follow-up first.
Readings = tuple[Understanding, ...]


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears what is asked."""

    reader: Reader
    words: ConversationWords

    def listen(self, question: Question, turns: Sequence[Answer]) -> list[Readings]:
        """The questions of a message; never empty. ``turns``: the conversation so far, oldest first."""
        whole = self.reader.read(question)
        topic = topic_of_turns(turns) if turns else self._topic_of_words(question)
        option = chosen(whole, turns, reader=self.reader, words=self.words)
        if option is not None:
            return [(option,)]
        asked = self.reader.questions_in(question)
        parts = self._parts(asked, topic) if len(asked) > 1 else []
        # One answer speaks of one day: a comparison of days is read as one question of the day chosen.
        is_of_one_day = len({part[0].question.as_of for part in parts}) == 1
        return parts if len(parts) > 1 and is_of_one_day else [self._readings(whole, topic)]

    def _topic_of_words(self, question: Question) -> Topic | None:
        """What the messages before were about, read as if each were asked now."""
        topic: Topic | None = None
        for text in question.said_before:
            reading = self.reader.read(replace(question, text=text, seen="", matter_id=None))
            topic = topic_of_part(self._readings(reading, topic)[0]) or topic
        return topic

    def _parts(self, asked: Sequence[Question], topic: Topic | None) -> list[Readings]:
        """Each part is read after those before it, as if they had been said one by one; greetings are left out."""
        parts: list[Readings] = []
        for question in asked:
            part = self._readings(self.reader.read(question), topic)
            topic = topic_of_part(part[0]) or topic
            if not part[0].is_courtesy:
                parts.append(part)
        return parts

    def _readings(self, understood: Understanding, topic: Topic | None) -> Readings:
        found = readings(understood, topic, reader=self.reader, words=self.words)
        # The day is a filter by now; its words would only look for texts that speak of it.
        return tuple(replace(each, text=timeless(each.text)) if each.as_of_named else each for each in found)
