"""Asking a language model without being held up by it.

It writes in a thread and can be left at any moment; one that does not answer is left alone for a while.
"""

import re
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from enum import StrEnum
from queue import Empty, Queue

from kb_service.asking.events import Progress
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault
from kb_service.ports import LanguageModel

_PROGRESS_EVERY_SECONDS = 0.5
# An answer is a screen; a model that writes on has lost the thread. What has no mark of thoughts may still get one.
_LONGEST_REPLY = 4000
_LONGEST_THOUGHTS = 1_000_000
_LOOP_TIMES = 4
_LOOP_SHORTEST = 64  # characters of all its turns together
_LOOP_LONGEST = 500  # of one turn
_LOOP_TAIL = 16

_Piece = str | Exception | None  # None ends it


# What a model thinks before it replies, written into the reply, is no part of it.
_NAMES = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning)"
_OPENING = re.compile(rf"\s*(?:<{_NAMES}(?: [^<>]*)?>|◁think▷|\[THINK\]|<\|begin_of_thought\|>)", re.I)
# Also alone: where the request itself ends in the opening mark, the reply has the closing one only.
_CLOSING = re.compile(rf"</{_NAMES} *>|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>", re.I)
# What some endpoints leave in: the marks around a reply that follows thoughts, and those of its end.
_AROUND = re.compile(
    r"^\s*(?:<answer>|<\|begin_of_solution\|>)|</answer>\s*$|(?:\s*(?:<[|｜][^<>\s]{1,40}[|｜]>|</s>))+\s*$"
)
_LONGEST_MARK = 40
_LONGEST_OPENING = 200
_RECENT = 2000


class StreamedReply:
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


class RanAway(Exception):
    """A reply that is far too long, or repeats itself without end."""


def write(
    model: LanguageModel, system: str, user: str, *, until: float, clock: Callable[[], float]
) -> Generator[Progress, None, str]:
    """The whole reply, without thoughts. Yields about twice a second; closing the generator ends the model's request.

    Raises ModelUnavailable, also when the clock passes ``until`` or nothing is left of the reply; RanAway.
    """
    call = _Call(model, system, user)
    try:
        return (yield from _collected(call, until=until, clock=clock))
    finally:
        call.leave()


def _collected(call: "_Call", *, until: float, clock: Callable[[], float]) -> Generator[Progress, None, str]:
    reply = StreamedReply()
    reported_at = clock()
    while True:
        piece = call.next_piece(min(_PROGRESS_EVERY_SECONDS, max(0.0, until - clock())))
        if isinstance(piece, Exception):
            raise piece
        if piece is None:
            return _whole(reply)
        reply.add(piece)
        if reply.length > _LONGEST_THOUGHTS or (not reply.is_thinking and _is_looping(reply.recent)):
            raise RanAway
        if clock() >= until:
            raise ModelUnavailable("the language model took longer than KB_LLM_SECONDS", ModelFault.TOO_SLOW)
        if clock() - reported_at >= _PROGRESS_EVERY_SECONDS:
            reported_at = clock()
            yield Progress("drafting")


def _whole(reply: StreamedReply) -> str:
    if not reply.is_thinking and reply.length > _LONGEST_REPLY:
        raise RanAway
    text = reply.whole()
    if not text.strip():
        raise ModelUnavailable("the language model replied with nothing but thoughts, or nothing", ModelFault.EMPTY)
    return text


def _is_looping(text: str) -> bool:
    """Whether it ends in the same words again and again."""
    recent = text[-2 * _LOOP_LONGEST :]
    tail = recent[-_LOOP_TAIL:]
    before = recent.rfind(tail, 0, -1)
    if len(tail) < _LOOP_TAIL or before < 0:
        return False
    turn = recent[before + _LOOP_TAIL :]
    return text.endswith(turn * max(_LOOP_TIMES, _LOOP_SHORTEST // len(turn)))


class _Call:
    """One request, in a thread of its own."""

    def __init__(self, model: LanguageModel, system: str, user: str) -> None:
        self._pieces: Queue[_Piece] = Queue()
        self._has_left = threading.Event()
        self._reply: Iterator[str] | None = None
        threading.Thread(target=self._run, args=(model, system, user), name="drafting", daemon=True).start()

    def next_piece(self, timeout_seconds: float) -> _Piece:
        """Empty when nothing came in time."""
        try:
            return self._pieces.get(timeout=timeout_seconds) if timeout_seconds else self._pieces.get_nowait()
        except Empty:
            return ""

    def leave(self) -> None:
        self._has_left.set()
        close = getattr(self._reply, "close", None)
        if close is not None:
            # A generator that is running closes itself at its next piece.
            with suppress(ValueError):
                close()

    def _run(self, model: LanguageModel, system: str, user: str) -> None:
        try:
            self._reply = model.write(system, user)
            for piece in self._reply:
                if self._has_left.is_set():
                    break
                self._pieces.put(piece)
            self._pieces.put(None)
        except ModelUnavailable as error:
            self._pieces.put(error)
        except Exception as error:  # a model's library may raise anything, and an answer must come all the same
            self._pieces.put(ModelUnavailable(f"asking the language model failed with {error!r}", ModelFault.FAILED))


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """After failures in a row nobody asks for a while, then one tries. For one process, safe among threads.

    ``clock`` gives seconds that never go back."""

    def __init__(self, *, clock: Callable[[], float], failures: int = 3, rest_seconds: float = 30.0) -> None:
        self._clock = clock
        self._failures = failures
        self._rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._opened_at: float | None = None
        self._is_trying = False

    @property
    def state(self) -> State:
        with self._lock:
            return self._state()

    def admits(self) -> bool:
        """Whether to ask now. Of those who ask after the rest, one is let through to try; it must report back."""
        with self._lock:
            match self._state():
                case State.CLOSED:
                    return True
                case State.HALF_OPEN if not self._is_trying:
                    self._is_trying = True
                    return True
                case _:
                    return False

    def succeeded(self) -> None:
        with self._lock:
            self._in_a_row, self._opened_at, self._is_trying = 0, None, False

    def failed(self) -> None:
        with self._lock:
            self._in_a_row += 1
            self._is_trying = False
            if self._in_a_row >= self._failures:
                self._opened_at = self._clock()

    def abandoned(self) -> None:
        """Nothing was learnt: whoever asked has left."""
        with self._lock:
            self._is_trying = False

    def _state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        return State.HALF_OPEN if self._clock() - self._opened_at >= self._rest_seconds else State.OPEN
