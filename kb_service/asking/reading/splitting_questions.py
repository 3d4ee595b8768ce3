"""Several questions in one message: where one ends and the next begins. A story and its one question stay together."""

import re
from collections.abc import Callable

_MOST = 3
# A question as short as this (该如何防范？) goes on with the one before, unless it names something to be asked.
_SHORT = 8
# A letter to the mayor asks rhetorically; its question is the whole of it.
_LONGEST = 300
# As long as any honest message; the rest is repetition.
_MOST_PIECES = 40

_END = re.compile(r"(?<=[?？])[\s!！。.~]*|(?<=[。!！;；\n])\s*|\s{2,}")
_NEXT = re.compile(
    r"[,，、 ]\s*(?=(?:另外|此外|还有(?!多少|几|没|什么(?:材料|要求|条件))|还想(?:再)?问|"
    r"再(?:请)?问|顺便(?:再)?问|同时(?:想)?问|以及(?:怎|如何|多|哪|要|能)|然后(?:怎|如何|多久|去哪)|第[二三](?:个问题|是)|二是|三是))"
)
_NUMBER = re.compile(
    r"(?:^|(?<=[\s。;；?？,，:：]))(?:[(（]?[1-3一二三][)）.、．]|[①②③]|第[一二三](?:个问题)?[,，、:：])\s*(?=[^\d\s])"
)
_ASKS = re.compile(
    r"[?？]|吗|呢[。!]?$|么[。!]?$|什么|怎么|怎样|如何|哪里|哪些|哪个|哪儿|哪天|哪家|多少|多久|多长|几天|几年|几个|几岁|几号|几点|几次|几块|"
    r"能不能|可不可以|可以不|要不要|用不用|需不需要|是不是|有没有|是否|会不会|行不行|好不好|谁|为何|为什么|咋|啥|伐[。!]?$|多大|多高|去哪|在哪|何时|幾"
)
# A question that says nothing by itself belongs to what stands before it.
_HOLLOW = re.compile(
    r"^(?:请问|那|这|我|该|应该|又|到底|究竟|可以|能|行|对|是|好|会|有|请|谢谢|你好|您好|一下|这样|这个|这种情况|这种|那么|具体|现在|还|想问|问|"
    r"怎么办?|咋办?|如何|为什么|吗|呢|么|啊|呀|吧|的|了|是不是|对不对|行不行|可不可以|能不能|可以不|有没有|办法|帮忙|帮我|解决|处理|什么|意思|情况|,|，|\s|[?？!！。])*$"
)
_LONGEST_HOLLOW = 16
_LEAD = re.compile(r"^[\s,，、;；:：。]+")


def _anything(_part: str) -> bool:
    return True


def split_questions(text: str, *, asks_for_itself: Callable[[str], bool] = _anything) -> list[str]:
    """One to three questions, in order, each with the statements that lead to it; the text itself when it asks one.

    A part after the first is to be read with the one before it (多久能办好 of what was asked before).
    ``asks_for_itself``: whether a short part is a question of its own.
    """
    if len(text) > _LONGEST:
        return [text]
    parts = _with_statements(_pieces(text), asks_for_itself)
    once = list(dict.fromkeys(parts))
    if len(parts) < 2:
        return [text]
    return once if len(once) <= _MOST else _joined(once)


def _pieces(text: str) -> list[str]:
    numbered = _NUMBER.split(text)
    rough = numbered if len(numbered) > 2 else [text]
    pieces = [piece for part in rough for sentence in _END.split(part) for piece in _NEXT.split(sentence)]
    return [cleaned for piece in pieces[:_MOST_PIECES] if (cleaned := _LEAD.sub("", piece).strip())]


def _with_statements(pieces: list[str], asks_for_itself: Callable[[str], bool]) -> list[str]:
    """Each question with what was said before it; what is said after the last belongs to the last."""
    parts: list[str] = []
    pending: list[str] = []
    for piece in pieces:
        if not _ASKS.search(piece):
            pending.append(piece)
        elif parts and not pending and (_is_hollow(piece) or not (len(piece) > _SHORT or asks_for_itself(piece))):
            parts[-1] += piece
        else:
            parts.append("".join((*pending, piece)) if pending else piece)
            pending = []
    if pending and parts:
        parts[-1] = "".join((parts[-1], *pending))
    return parts


def _is_hollow(piece: str) -> bool:
    return len(piece) <= _LONGEST_HOLLOW and _HOLLOW.match(piece) is not None


def _joined(parts: list[str]) -> list[str]:
    return [*parts[: _MOST - 1], "".join(parts[_MOST - 1 :])]
