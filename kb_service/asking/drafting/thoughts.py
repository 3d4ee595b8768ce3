"""What a language model thinks before it replies, written into the reply: it is no part of it."""

import re

_NAMES = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning)"
_OPENING = re.compile(rf"\s*(?:<{_NAMES}(?: [^<>]*)?>|◁think▷|\[THINK\])", re.I)
# Also alone: where the request itself ends in the opening mark, the reply has the closing one only.
_CLOSING = re.compile(rf"</{_NAMES} *>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>", re.I)
# What some endpoints leave in: the marks around a reply that follows thoughts, and those of its end.
_AROUND = re.compile(r"^\s*<answer>|</answer>\s*$|(?:\s*(?:<[|｜][^<>\s]{1,40}[|｜]>|</s>))+\s*$")
_LONGEST_MARK = 40
_LONGEST_OPENING = 200
_RECENT = 2000


class Reply:
    """Grows piece by piece, at the same price for each however long it is; ``text`` is what follows the thoughts, as
    far as they can be told from it yet, ``length`` its characters and ``recent`` the last two thousand of them.
    """

    def __init__(self) -> None:
        self.length, self.recent = 0, ""
        self._beginning = ""
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def is_thinking(self) -> bool:
        return _OPENING.match(self._beginning) is not None

    def add(self, piece: str) -> None:
        new_from = max(0, len(self.recent) - _LONGEST_MARK)
        recent = self.recent + piece
        if closings := list(_CLOSING.finditer(recent, new_from)):
            self._restart(recent[closings[-1].end() :])
            return
        self._pieces.append(piece)
        self.length += len(piece)
        self.recent = recent[-_RECENT:]
        if len(self._beginning) < _LONGEST_OPENING:
            self._beginning += piece[:_LONGEST_OPENING]

    def whole(self) -> str:
        """Empty while it is still thinking."""
        return "" if self.is_thinking else _AROUND.sub("", _AROUND.sub("", self.text))

    def _restart(self, text: str) -> None:
        self._pieces = [text]
        self.length = len(text)
        self.recent = text[-_RECENT:]
        self._beginning = text[:_LONGEST_OPENING]
