"""Lists and tables as they are read: one item with what it hangs from, or the whole, in a line or line by line."""

from collections.abc import Sequence

from kb_service.asking.drafting.sayings import Saying, heading_in_words

# Characters: a list as long as this is read in one breath; a longer one, line by line.
_IN_A_LINE = 120
# A longer one is a question or a sentence: 每月要交多少.
_SHORT_HEADING = 4
_ENDS = "；;。，, "
_STOPS = ("。", "！", "？", "!", "?", "”", "）")


def sentence(text: str) -> str:
    """With a full stop where it has no end of its own."""
    bare = text.rstrip(_ENDS)
    return bare if bare.endswith(_STOPS[1:5]) or text.endswith("。”") else f"{bare}。"


def one_item_in_words(item: Saying) -> str:
    return items_in_words([item], longest=0)


def items_in_words(items: Sequence[Saying], *, longest: int, is_led: bool = False) -> str:
    """All of them, or as many as there is room for, one at least. ``is_led``: what they hang from has been said."""
    texts = [each.text.rstrip(_ENDS) for each in items]
    lead_in = ""
    if not is_led:
        lead_in, texts = _led(items, texts)
    if len(lead_in) + sum(len(each) + 1 for each in texts) <= _IN_A_LINE or len(texts) == 1:
        return sentence(lead_in + "；".join(texts))
    lines = [f"{number}. {each}" for number, each in enumerate(texts, start=1)]
    while len(lines) > 1 and len(lead_in) + sum(map(len, lines)) > longest:
        lines.pop()
    return "\n".join((lead_in, *lines)) if lead_in else "\n".join(lines)


def _led(items: Sequence[Saying], texts: list[str]) -> tuple[str, list[str]]:
    """The line they hang from; else their heading, unless they are sentences of their own.

    A heading takes the colon: 有效期：未满16周岁，5年.
    """
    if items[0].lead_in is not None:
        return items[0].lead_in.text, texts
    heading = heading_in_words(items[0].source)
    if not heading or items[0].text.endswith("。"):
        return "", texts
    if not any("：" in each for each in texts):
        return f"{heading}：", texts
    if len(heading) > _SHORT_HEADING or any(each.count("：") != 1 for each in texts):
        return "", texts
    return f"{heading}：", [each.replace("：", "，") for each in texts]
