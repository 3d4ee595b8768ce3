"""What a language model thinks before it replies, written into the reply: it is no part of it."""

import re

_NAMES = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning)"
_OPENING = re.compile(rf"\s*(?:<{_NAMES}(?: [^<>]*)?>|◁think▷|\[THINK\])", re.I)
# Also alone: where the request itself ends in the opening mark, the reply has the closing one only.
_CLOSING = re.compile(rf"</{_NAMES} *>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>", re.I)
# What some endpoints leave in: the marks around a reply that follows thoughts, and those of its end.
_AROUND = re.compile(r"^\s*<answer>|</answer>\s*$|(?:\s*(?:<[|｜][^<>\s]{1,40}[|｜]>|</s>))+\s*$")
_LONGEST_MARK = 40


class Reply:
    """Grows piece by piece; ``text`` is what follows the thoughts, as far as they can be told from it yet."""

    def __init__(self) -> None:
        self.text = ""

    @property
    def is_thinking(self) -> bool:
        return _OPENING.match(self.text) is not None

    def add(self, piece: str) -> None:
        new_from = max(0, len(self.text) - _LONGEST_MARK)
        self.text += piece
        if closings := list(_CLOSING.finditer(self.text, new_from)):
            self.text = self.text[closings[-1].end() :]

    def whole(self) -> str:
        """Empty while it is still thinking."""
        return "" if self.is_thinking else _AROUND.sub("", _AROUND.sub("", self.text))
