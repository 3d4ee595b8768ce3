"""Reading a message as one of a conversation: what it leaves unsaid is taken over from the turns before it.

See docs/decisions/0014-conversation.md.
"""

from dataclasses import replace

from kb_service.asking.conversation.conversation_words import ConversationWords
from kb_service.asking.conversation.following_up import Changes, Saying, said_in
from kb_service.asking.conversation.topics import Topic, topic_of_part, topic_of_turns
from kb_service.asking.reading.understanding import Reader, Understanding
from kb_service.domain.answers import Carried, Question, Reason
from kb_service.domain.days import shanghai_day

__all__ = ["Topic", "carry_over", "readings", "topic_of_part", "topic_of_turns"]

# These go to a person of the department whose matter was spoken of; None: a complaint about the answer.
_ROUTED_BY_MATTER = frozenset({None, Reason.USER_REQUEST, Reason.NEEDS_PERSONAL_DATA})
# Characters.
_LONGEST_REST_OF_A_WISH = 2


def carry_over(
    understood: Understanding, topic: Topic | None, *, reader: Reader, words: ConversationWords
) -> Understanding:
    """The message with what it leaves unsaid; as it is when it says everything itself or no topic is known."""
    return readings(understood, topic, reader=reader, words=words)[0]


def readings(
    understood: Understanding, topic: Topic | None, *, reader: Reader, words: ConversationWords
) -> tuple[Understanding, ...]:
    """As `carry_over`; a short message that may be a question of its own is read as it is too: two to choose from."""
    if topic is None or understood.is_courtesy:
        return (understood,)
    before = _matter_of(topic, understood.question, reader)
    if understood.scope is not None or words.is_nothing_but_dissatisfied(understood.text):
        return (_routed(understood, before, words),)
    saying = said_in(understood, before.matter if before else None, words)
    if saying.has_own_topic:
        is_bare = saying.is_bare or (topic.is_open and not saying.asks)
        return (_same_of_another(understood, topic, saying, words) if is_bare else understood,)
    if before is None or not saying.follows_up:
        return (understood,)
    again = _asked_again(understood, topic, saying, reader, words) if saying.only_changes else None
    carried = again or _completed(understood, before, topic, saying, reader=reader, words=words)
    return (carried,) if saying.is_sure else (carried, understood)


def _matter_of(topic: Topic, question: Question, reader: Reader) -> Understanding | None:
    """Its matter as the catalogue has it now: a reading of no words."""
    if topic.matter_id is None:
        return None
    read = reader.read(replace(question, text="", seen="", matter_id=topic.matter_id))
    return read if read.matter else None


def _routed(understood: Understanding, before: Understanding | None, words: ConversationWords) -> Understanding:
    """转人工 or 没解决 after a question is of its department, unless another matter is named with it."""
    if before is None or understood.scope not in _ROUTED_BY_MATTER:
        return understood
    if understood.matter is not None:
        # 转人工 may itself be a name of the help service's matter.
        rest = words.content(words.names.without(understood.text, understood.matter))
        if len(rest) > _LONGEST_REST_OF_A_WISH or understood.scope is not Reason.USER_REQUEST:
            return understood
    return replace(understood, matter=before.matter, matter_name=before.matter_name, carried=(Carried.MATTER,))


def _same_of_another(
    understood: Understanding, topic: Topic, saying: Saying, words: ConversationWords
) -> Understanding:
    """那居住登记呢: what was asked of one matter is asked of another, or of another name of the same in its place."""
    asked = understood
    if topic.facet is not None:
        text = f"{saying.rest} {words.facet_phrases[topic.facet]}"
        asked = replace(understood, text=text, facet=topic.facet, carried=(Carried.FACET,))
    is_same = understood.matter is not None and understood.matter.id == topic.matter_id
    return _surrounded(asked, topic, saying.changes) if is_same else asked


def _asked_again(
    understood: Understanding, topic: Topic, saying: Saying, reader: Reader, words: ConversationWords
) -> Understanding | None:
    """浦东呢, 那2024年呢: the earlier question of another place, audience or day; None if it may not be asked."""
    earlier = _without_what_changes(topic.text, saying.changes, words)
    again = _read_of(understood.question, topic, f"{saying.changes.day} {earlier}".strip(), reader)
    if again.scope is not None or again.is_courtesy or again.matter is None:  # the lexicon has changed since
        return None
    text = earlier if words.names.found_in(earlier, again.matter) else f"{again.matter_name} {earlier}"
    facet = (Carried.FACET,) if topic.facet else ()
    asked = replace(
        again,
        text=text,
        facet=topic.facet,
        question=replace(again.question, text=understood.question.text, matter_id=understood.question.matter_id),
        is_traditional=understood.is_traditional,
        carried=(Carried.QUESTION, Carried.MATTER, *facet),
    )
    return _surrounded(asked, topic, saying.changes)


def _without_what_changes(text: str, changes: Changes, words: ConversationWords) -> str:
    if changes.day:
        text = words.day.sub("", text)
    if changes.region:
        text = words.district.sub("", text)
    for audience, pattern in words.audiences.items():
        text = pattern.sub("", text) if changes.audience not in (None, audience) else text
    return text.strip()


def _completed(
    understood: Understanding,
    before: Understanding,
    topic: Topic,
    saying: Saying,
    *,
    reader: Reader,
    words: ConversationWords,
) -> Understanding:
    """那要多少钱 is asked of the matter; a message that asks nothing (孩子呢) also takes over what was asked."""
    facet, phrase, carried = saying.facet, "", [Carried.MATTER]
    if saying.is_sure and not saying.asks and topic.facet is not None:
        facet, phrase = topic.facet, words.facet_phrases[topic.facet]
        carried.append(Carried.FACET)
    text = " ".join(filter(None, (before.matter_name, saying.rest, phrase)))
    completed = replace(
        understood,
        text=text,
        matter=before.matter,
        matter_name=before.matter_name,
        facet=facet,
        rivals=(),
        is_matter_inferred=False,
        carried=tuple(carried),
    )
    if saying.changes.day and understood.as_of_named is None:
        again = _read_of(understood.question, topic, text, reader)
        completed = replace(
            completed,
            as_of_named=again.as_of_named,
            question=replace(understood.question, as_of=again.question.as_of),
        )
    return _surrounded(completed, topic, saying.changes)


def _read_of(question: Question, topic: Topic, text: str, reader: Reader) -> Understanding:
    """Of the topic's matter, as if it were asked now: 去年 counts from the day of asking."""
    today = question.as_of if question.is_day_chosen else shanghai_day(question.asked_at)
    return reader.read(replace(question, text=text, seen="", matter_id=topic.matter_id, as_of=today))


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
