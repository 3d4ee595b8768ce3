"""A reply to a clarifying question: which of its options was meant, and the earlier question asked again of it."""

from collections.abc import Sequence
from dataclasses import replace

from kb_service.asking.conversation.conversation_words import ConversationWords
from kb_service.asking.reading.understanding import Reader, Understanding
from kb_service.domain.answers import Answer, Carried, Option
from kb_service.domain.days import shanghai_day
from kb_service.domain.matters import CITY

_NUMERALS = "一二三四五六七八九"
# Characters. What is longer says more than which option is meant.
_LONGEST_CHOICE = 14
# The share of a reply's characters that the label of the option must have, and by how much it must lead.
_MOSTLY = 0.8
_LEAD = 0.3


def chosen(
    understood: Understanding, turns: Sequence[Answer], *, reader: Reader, words: ConversationWords
) -> Understanding | None:
    """The question that the last turn asked back about, with the option that this message picks.

    None when the last turn asked nothing back, or the message is a question of its own.
    """
    asked_back = turns[-1].clarification if turns else None
    if asked_back is None or not asked_back.options:  # an apology for an answer has none
        return None
    option = _option(understood, asked_back.options, words)
    return None if option is None else _asked_again(understood, turns[-1], option, reader=reader, words=words)


def _option(understood: Understanding, options: Sequence[Option], words: ConversationWords) -> Option | None:
    """By its number, place, label, part of the label, district, audience, or another name of its matter."""
    given = [each for each in options if each.matter_id == understood.question.matter_id is not None]
    if len(given) == 1:
        return given[0]
    reply = understood.text.strip(" ,，。.!！?？~、")
    by_place = _by_place(reply, options, words)
    if by_place is not None or len(reply) > _LONGEST_CHOICE:
        return by_place
    reply = words.around_choice.sub("", words.around_choice.sub("", reply)).strip(" ,。")
    return (
        _by_label(reply, options)
        or _by_region_or_audience(reply, options, words)
        or _by_matter(understood, options, words)
    )


def _by_place(reply: str, options: Sequence[Option], words: ConversationWords) -> Option | None:
    """第一个, 选2, 最后一个."""
    if words.last.match(reply):
        return options[-1]
    if words.first.match(reply):
        return options[0]
    said = words.ordinal.match(reply)
    if said is None:
        return None
    numeral = said["number"].replace("两", "二")
    number = int(numeral) if numeral.isdecimal() else _NUMERALS.index(numeral) + 1
    return options[number - 1] if number <= len(options) else None


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


def _by_region_or_audience(reply: str, options: Sequence[Option], words: ConversationWords) -> Option | None:
    """徐汇 where only 浦东 has rules of its own is one of the others; 公司 is an enterprise."""
    region = words.region_in(reply)
    if region is not None and not words.content(words.district.sub("", reply)):
        named = [each for each in options if each.region == region]
        others = [replace(each, region=region) for each in options if each.region == CITY]
        return next(iter([*named, *others]), None)
    said = [each for each in options if each.audience and words.audiences[each.audience].search(reply)]
    return said[0] if len(said) == 1 else None


def _by_matter(understood: Understanding, options: Sequence[Option], words: ConversationWords) -> Option | None:
    """Another name of an option's matter, and nothing else."""
    if understood.matter is None:
        return None
    rest = words.around_choice.sub("", words.names.without(understood.text, understood.matter))
    of_matter = [each for each in options if each.matter_id == understood.matter.id]
    is_all = not words.content(rest) and words.asking.search(rest) is None
    return of_matter[0] if len(of_matter) == 1 and is_all else None


def _asked_again(
    understood: Understanding, turn: Answer, option: Option, *, reader: Reader, words: ConversationWords
) -> Understanding:
    """The question that ``turn`` asked back about, of the option.

    Its words are the person's own; they are read anew as if they came now.
    """
    earlier = turn.understood_as
    spoken = understood.question
    matter_id = option.matter_id or earlier.matter_id
    is_of_that_day = turn.as_of == shanghai_day(turn.asked_at)
    is_day_taken = not is_of_that_day and not spoken.is_day_chosen
    question = replace(
        spoken,
        region=option.region or spoken.region or earlier.region,
        audience=option.audience or spoken.audience or earlier.audience,
        as_of=turn.as_of if is_day_taken else spoken.as_of,
        is_day_chosen=spoken.is_day_chosen or is_day_taken,
    )
    again = reader.read(replace(question, text=earlier.text, seen="", matter_id=matter_id))
    is_named = again.matter is None or bool(words.names.found_in(again.text, again.matter))
    text = again.text if is_named else f"{again.matter_name} {again.text}"
    is_traditional = understood.is_traditional or reader.read(replace(question, text=turn.question)).is_traditional
    return replace(
        again,
        text=text,
        facet=earlier.facet or again.facet,
        is_traditional=is_traditional,
        question=question,
        carried=(Carried.QUESTION, *((Carried.AS_OF,) if is_day_taken else ())),
    )
