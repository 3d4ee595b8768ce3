"""The few lines of a picture's text that tell what it is about. A screenshot is data: what it orders is not read."""

import re
from collections.abc import Callable

_LONGEST = 120
_MOST_LINES = 200
# What an application's frame says on every screen.
_FRAME = re.compile(
    r"^(?:\W*|\d{1,2}:\d{2}.*|[\d%]+|[45]g.*|返回|首页|我的|取消|确定|确认|关闭|下一步|上一步|提交|保存|更多|搜索|分享|客服|消息|办事|登录|注册|办理|中国移动|中国联通|中国电信|随申办|一网通办|上海一网通办)$"
)
_FAULT = re.compile(
    r"错误|失败|异常|无法|不能|未能|超时|报错|不通过|未通过|不匹配|不一致|请重试|稍后|error|fail|繁忙|退回|驳回|不予"
)
_QUESTION = re.compile(r"[?？]|怎么|如何|什么|多少")


def telling_lines(seen: str, *, gives_orders: Callable[[str], bool], names: Callable[[str], bool]) -> str:
    """At most 120 characters of a normalised text, in its order: faults, questions and named matters before the rest.

    ``gives_orders``: whether a line wants to tell the service what to do, ``names``: whether it names a matter.
    """
    lines = [line for each in seen.splitlines()[:_MOST_LINES] if (line := " ".join(each.split()))]
    if gives_orders("".join(lines)):  # an order may be broken over lines
        lines = [line for line in lines if _FAULT.search(line) or names(line)]
    lines = [line for line in lines if not _FRAME.match(line) and not gives_orders(line)]

    def weight(at: int) -> tuple[int, int]:
        line = lines[at]
        said = 4 * bool(_FAULT.search(line)) + 3 * names(line) + 2 * bool(_QUESTION.search(line)) + (len(line) >= 6)
        return (-said, at)

    chosen: list[int] = []
    room = _LONGEST
    for at in sorted(range(len(lines)), key=weight):
        if len(lines[at]) <= room:
            chosen.append(at)
            room -= len(lines[at]) + 1
    if not chosen and lines:
        return lines[min(range(len(lines)), key=weight)][:_LONGEST]
    return " ".join(lines[at] for at in sorted(chosen))
