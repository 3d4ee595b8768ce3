"""What a language model thinks before it replies, written into the reply: it is no part of it."""

import re

_OPENING = re.compile(r"\s*(?:<(?:seed:)?(?:think|thinking|thoughts?|reasoning)>|◁think▷|\[THINK\])", re.I)
# Also alone: where the request itself ends in the opening mark, the reply has the closing one only.
_CLOSING = re.compile(
    r"</(?:seed:)?(?:think|thinking|thoughts?|reasoning)>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>", re.I
)
_CLOSING_ENDS = re.compile(r"[>▷\]]")


class Reply:
    """Grows piece by piece; ``text`` is what follows the thoughts, as far as they can be told from it yet."""

    def __init__(self) -> None:
        self.text = ""

    @property
    def is_thinking(self) -> bool:
        return _OPENING.match(self.text) is not None

    def add(self, piece: str) -> None:
        self.text += piece
        if _CLOSING_ENDS.search(piece) and (closings := list(_CLOSING.finditer(self.text))):
            self.text = self.text[closings[-1].end() :]
