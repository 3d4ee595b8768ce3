"""What a message says itself, and whether it can be understood without what was said before."""

import re
from dataclasses import dataclass

from kb_service.asking.conversation.conversation_words import ConversationWords
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet, Matter

# Characters. A message that points back may tell a story; without, a few words are a follow-up and more are not.
_LONGEST_POINTING_BACK = 40
_LONGEST_CONTENT_TIED = 12
_LONGEST_CONTENT = 6
# 那个补贴, 这项登记: so much may stand with an anaphor and be what was spoken of.
_LONGEST_NAME = 4
# Up to so much of its own it is a follow-up for sure.
_SURE_TIED = 4
_SURE = 1
_PARTICLES = re.compile(r"(?:呢|啊|呀|嘛|哦|哇|啦)?[\s，。,.!！?？~…]*$")
_ADDS = re.compile(r"^(还|也|又)|也(要|能|可|行|得|是|算|有|需)")
_TIED_END = re.compile(r"呢[\s。!！?？~…]*$")
_ASKS = re.compile(r"[吗么伐]|什么|怎|咋|啥|哪|多少|几|何|谁|是否|(能|要|可|行|用|有|需|好|会)(以)?不")


@dataclass(frozen=True, slots=True)
class Changes:
    """Place, audience and day (as written) that a message names; false when it names none."""

    region: str | None
    audience: Audience | None
    day: str

    def __bool__(self) -> bool:
        return bool(self.region or self.audience or self.day)


@dataclass(frozen=True, slots=True)
class Saying:
    """``rest``: the message without what only ties it to the talk before it.

    ``is_bare``: it names a topic and asks nothing of it (那居住登记呢). ``only_changes``: it says nothing but place,
    audience or day. ``is_sure``: it clearly follows up, or does not; else it may be a short question of its own.
    ``asks``: it has words that ask.
    """

    rest: str
    facet: Facet | None
    changes: Changes
    has_own_topic: bool
    is_bare: bool
    follows_up: bool
    is_sure: bool
    only_changes: bool
    asks: bool


def said_in(understood: Understanding, before: Matter | None, words: ConversationWords) -> Saying:
    """``before``: the matter spoken of before, where there was one."""
    text = understood.text
    untied = words.opener.sub("", text)
    rest = _PARTICLES.sub("", words.anaphor.sub("", untied)).strip(" ,。")
    points_back = words.anaphor.search(untied) is not None
    is_tied = untied != text or any(pattern.search(text) for pattern in (_TIED_END, _ADDS, words.objectless))
    content = words.content(_without_changes(rest, words))
    facet = _facet_of_few_words(text, words) or understood.facet
    asks = facet is not None or _ASKS.search(rest) is not None
    is_sure = points_back or len(content) <= (_SURE_TIED if is_tied else _SURE)
    has_own_topic = _is_named(understood, rest, before, words) or (
        len(content) > (_LONGEST_NAME if points_back else 1) and _tells_another(rest, before, words)
    )
    longest = _LONGEST_POINTING_BACK if points_back else _LONGEST_CONTENT_TIED if is_tied else _LONGEST_CONTENT
    is_short = len(text if points_back else content) <= longest
    changes = _changes(rest, words)
    return Saying(
        rest=rest,
        facet=facet,
        changes=changes,
        has_own_topic=has_own_topic,
        is_bare=has_own_topic and is_tied and not asks,
        follows_up=is_short and not has_own_topic and (is_sure or not _is_linked_elsewhere(understood, before)),
        is_sure=is_sure,
        only_changes=bool(changes) and facet is None and _says_no_more(rest, words),
        asks=asks,
    )


def _changes(text: str, words: ConversationWords) -> Changes:
    day = words.day.search(text)
    audience = next((each for each, pattern in words.audiences.items() if pattern.search(text)), None)
    return Changes(words.region_in(text), audience, day.group() if day else "")


def _is_named(understood: Understanding, text: str, before: Matter | None, words: ConversationWords) -> bool:
    """A matter by its name; not what is only brought along (要带身份证吗)."""
    chosen = understood.question.matter_id
    if chosen is not None:
        return before is None or before.id != chosen
    if understood.matter is None:
        return False
    held = [each.span() for each in words.held.finditer(text)]
    names = map(re.escape, words.names.found_in(text, understood.matter))
    spans = [each.span() for name in names for each in re.finditer(name, text)]
    return any(not any(start <= first and last <= end for start, end in held) for first, last in spans)


def _tells_another(text: str, before: Matter | None, words: ConversationWords) -> bool:
    """A thing that is handled, or a word from the names of other matters and none of this one's."""
    said = words.held.sub(" ", text)
    if words.topic.search(said):
        return True
    return _ADDS.search(text) is None and words.tells_another(said, before)


def _is_linked_elsewhere(understood: Understanding, before: Matter | None) -> bool:
    """A matter was recognised by other words than its names: it stands unless the message clearly points back."""
    return understood.matter is not None and understood.matter != before and understood.is_matter_inferred


def _says_no_more(text: str, words: ConversationWords) -> bool:
    """Nothing beside place, audience and day but that the same is asked."""
    more = words.same_asked.sub("", _without_changes(text, words))
    return not words.content(more) and _ASKS.search(more) is None


def _without_changes(text: str, words: ConversationWords) -> str:
    text = words.day.sub(" ", words.district.sub(" ", text))
    for pattern in words.audiences.values():
        text = pattern.sub(" ", text)
    return text


def _facet_of_few_words(text: str, words: ConversationWords) -> Facet | None:
    return next((facet for facet, pattern in words.facets.items() if pattern.search(text)), None)
