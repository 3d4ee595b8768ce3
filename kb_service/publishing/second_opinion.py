"""A language model's opinion on two texts in which the rules found no contradiction; only what it quotes counts."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_service.asking.drafting.model_brief import filled, prompt_parts, safe
from kb_service.asking.drafting.model_calls import CircuitBreaker, RanAway, write
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.errors import ModelUnavailable
from kb_service.ports import LanguageModel

_MOST = 3
_SIDES = ("甲", "乙")
_QUOTING = re.compile(r"([甲乙])[:：]\s*(\S.*)")
# A shorter quote stands in a text by chance.
_SHORTEST_QUOTE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quoted:
    """What stands in the passage's text from ``span[0]`` to before ``span[1]``, in code points."""

    source: PassageInVersion
    span: tuple[int, int]

    @property
    def text(self) -> str:
        return self.source.passage.text[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class OpinionPrompt:
    """The texts of `prompts/contradictions.md`; ``none`` is what the model writes where nothing contradicts."""

    system: str
    user: str
    none: str


def load_opinion_prompt(folder: Path) -> OpinionPrompt:
    """Raises FileNotFoundError, KeyError or ValueError when the file or a part of it is missing or misspelt."""
    parts = prompt_parts(folder / "contradictions.md")
    return OpinionPrompt(parts["system"], parts["user"], parts["none"])


class SecondOpinion:
    """Slow, and wrong at times: a person decides on what it finds."""

    def __init__(
        self,
        model: LanguageModel,
        prompt: OpinionPrompt,
        *,
        breaker: CircuitBreaker,
        clock: Callable[[], float],
        new_fence: Callable[[], str],
        seconds: float,
        room: int,
    ) -> None:
        """``seconds``: the time of one opinion; ``room``: characters of both texts together."""
        self._model = model
        self._prompt = prompt
        self._breaker = breaker
        self._clock = clock
        self._new_fence = new_fence
        self._seconds = seconds
        self._room = room

    def contradictions(
        self, ours: Sequence[PassageInVersion], theirs: Sequence[PassageInVersion]
    ) -> list[tuple[Quoted, Quoted]]:
        """Sentences that it holds to contradict each other, at most three; none where it cannot be asked, or keeps not
        to the form of reply.
        """
        if not self._breaker.admits():
            return []
        try:
            reply = self._reply(ours, theirs)
        except (ModelUnavailable, RanAway) as error:
            self._breaker.failed()
            log.warning("the language model gave no opinion on two texts: %s", error or type(error).__name__)
            return []
        self._breaker.succeeded()
        return list(_quoted(reply.strip(), self._prompt.none, ours, theirs))

    def _reply(self, ours: Sequence[PassageInVersion], theirs: Sequence[PassageInVersion]) -> str:
        fence = self._new_fence()
        values = {"fence": fence, "most": str(_MOST), "none": self._prompt.none}
        values |= {"ours": _told(ours, fence, self._room // 2), "theirs": _told(theirs, fence, self._room // 2)}
        writing = write(
            self._model,
            filled(self._prompt.system, values),
            filled(self._prompt.user, values),
            until=self._clock() + self._seconds,
            clock=self._clock,
        )
        while True:  # nobody is shown how far it is
            try:
                next(writing)
            except StopIteration as end:
                return str(end.value)


def _told(passages: Sequence[PassageInVersion], fence: str, room: int) -> str:
    """As many as there is room for."""
    first = passages[0].metadata
    told = f"《{first.title}》" + (f"\n问：{first.question}" if first.question else "")
    for each in passages:
        more = "\n".join([" ".join(each.passage.heading_path), each.passage.text]).strip()
        if len(told) + len(more) < room:
            told += f"\n{more}"
    return safe(told, fence)


def _quoted(
    reply: str, none: str, ours: Sequence[PassageInVersion], theirs: Sequence[PassageInVersion]
) -> Iterator[tuple[Quoted, Quoted]]:
    """A reply in any other form is no opinion; nor is a quote that does not stand in the text."""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    told = [_QUOTING.fullmatch(line) for line in lines]
    if reply.rstrip("。") == none:
        return
    sides = [match and match[1] for match in told]
    if not lines or len(lines) > 2 * _MOST or sides != [*_SIDES] * (len(lines) // 2):
        log.info("the language model's opinion on two texts has not the form that was asked for")
        return
    words = [match[2] for match in told if match]
    for mine, yours in zip(words[::2], words[1::2], strict=True):
        one, other = _place(mine, ours), _place(yours, theirs)
        if one and other and one.text != other.text:
            yield one, other


def _place(words: str, passages: Sequence[PassageInVersion]) -> Quoted | None:
    for each in passages:
        start = each.passage.text.find(words)
        if start >= 0 and len(words) >= _SHORTEST_QUOTE:
            return Quoted(each, (start, start + len(words)))
    return None
