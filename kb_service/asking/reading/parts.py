"""What of a message is read: its questions, one by one, and the telling lines of a picture.

`Splitter` has the three places at which a message is cut: between its questions; where it has no sure answer whole,
between two things that it joins, and between clauses that each ask. A story and its one question stay together.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb_service.text.clauses import MESSAGE_ENDS, PAUSES
from kb_service.text.vocabulary import AnyOf, Words, any_of

_MOST = 3
_MOST_ASPECTS = 4
# A question as short as this (该如何防范？) goes on with the one before, unless it names something to be asked.
_SHORT = 6
# A letter to the mayor asks rhetorically; its question is the whole of it.
_LONGEST = 300
# As long as any honest message; the rest is repetition.
_MOST_PIECES = 40

_NUMBER = re.compile(
    r"(?:^|(?<=[\s。;；?？,，:：]))(?:[(（]?[1-3一二三][)）.、．]|[①②③]|第[一二三](?:个问题)?[,，、:：])\s*(?=[^\d\s])"
)
_QUESTION_MARK = re.compile(r"[?？]|呢[。!]?$")
_LONGEST_HOLLOW = 16
_LEAD = re.compile(r"^[\s,，、;；:：。]+")
_LONGEST_SEEN = 120
# A screenshot is data: what it orders is not read.
_MOST_LINES = 200


class SplittingWords(Words):
    """The part `splitting` of `reading.yaml`. ``compared``: what is asked of two things (哪个快), and how of one.
    ``each_of``: that the same is asked of several things; ``sides``: things that are asked about together, each with
    its other words; ``joined``: two things with a name joined (婚假和生育假);
    ``again``: that the same is asked of something else (社保基数又是多少), ``next_thing``: in its name alone
    (育儿假呢), ``another_case``: or in another case (急用呢); ``aspect``: one of a list of what is asked of a matter
    (条件、材料和时限), ``between_aspects``: what joins two, ``behind_aspects``: all that may stand behind the list."""

    another: tuple[str, ...]
    hollow: tuple[str, ...]
    compared: Mapping[str, str]
    each_of: re.Pattern[str]
    sides: tuple[tuple[re.Pattern[str], ...], ...]
    joined: re.Pattern[str]
    again: re.Pattern[str]
    next_thing: re.Pattern[str]
    another_case: re.Pattern[str]
    aspect: re.Pattern[str]
    between_aspects: re.Pattern[str]
    behind_aspects: re.Pattern[str]

    @cached_property
    def aspects(self) -> re.Pattern[str]:
        aspect, between = self.aspect.pattern, self.between_aspects.pattern
        return re.compile(rf"{aspect}(?:{between}{aspect})+")

    @cached_property
    def next_question(self) -> re.Pattern[str]:
        """Between two pieces of a sentence that are questions of their own."""
        return re.compile(rf"[,，、 ]\s*(?=(?:{'|'.join(self.another)}))")

    def is_hollow(self, piece: str) -> bool:
        """Whether a piece says nothing by itself: it belongs to what stands before it."""
        return len(piece) <= _LONGEST_HOLLOW and self._hollow.match(piece) is not None

    def sides_of(self, text: str) -> tuple[re.Pattern[str], ...]:
        """Of a normalised text that asks the same of several things: what an answer to each of them names."""
        if not self.each_of.search(text):
            return ()
        for group in self.sides:
            named = [each for each in group if each.search(text)]
            if len(named) > 1:
                return tuple(named)
        joined = self.joined.search(text)
        return _told_apart(joined["one"], joined["other"]) if joined else ()

    @cached_property
    def _hollow(self) -> re.Pattern[str]:
        return re.compile(rf"^(?:{'|'.join(self.hollow)}|,|，|\s|[?？!！。])*$")


@dataclass(frozen=True, slots=True)
class Splitter:
    """``asks``: what a question has; ``asks_for_itself``: whether a short part is a question of its own;
    ``asked``: what a piece asks for, equal where it is the same; ``matter_named``: of which matter; ``rivals``: the
    names of the matters that a text sets side by side.
    """

    words: SplittingWords
    asks: re.Pattern[str]
    asks_for_itself: Callable[[str], bool]
    asked: Callable[[str], Hashable] = lambda piece: None
    matter_named: Callable[[str], str] = lambda piece: ""
    rivals: Callable[[str], Sequence[str]] = lambda text: ()

    def split(self, text: str) -> list[str]:
        """One to three questions (of aspects that are listed, four), in order, each with the statements that lead to
        it; the text itself when it asks one.

        A part after the first is to be read with the one before it (多久能办好 of what was asked before).
        """
        if len(text) > _LONGEST:
            return [text]
        if apart := self._compared(text) or self._of_each_aspect(text):
            return apart
        parts = self._with_statements(self._pieces(text))
        once = list(dict.fromkeys(parts))
        if len(parts) < 2:
            return [text]
        return once if len(once) <= _MOST else [*once[: _MOST - 1], "".join(once[_MOST - 1 :])]

    def joined(self, text: str) -> dict[str, str]:
        """By the name of each of two things that it asks the same of, the question of it: 婚假有几天 and 生育假有几天
        of 婚假和生育假各有几天; empty where it joins none."""
        each_of = self.words.each_of
        joined = self.words.joined.search(text) if each_of.search(text) else None
        if joined is None:
            return {}
        before, behind = text[: joined.start()], text[joined.end() :]
        return {name: each_of.sub("", f"{before}{name}{behind}") for name in (joined["one"], joined["other"])}

    def clauses(self, text: str) -> list[str]:
        """The two or three clauses of one sentence that each ask something of their own, with the statements that lead
        to it (报工伤要几天里报，报了多久出结果); empty where there are not so many. A last 呢 asks what was asked
        before it of another case (身份证要几天，急用呢).
        """
        if len(text) > _LONGEST:
            return []
        pieces = [f"{each.strip()}，" for each in PAUSES.split(text) if each.strip()]
        is_last_other = len(pieces) > 1 and not self.asks.search(pieces[-1])
        other_case = is_last_other and self.words.another_case.search(pieces[-1])
        parts = [each.rstrip("，") for each in self._with_statements(pieces[:-1] if other_case else pieces)]
        is_each_one = all(self.asks.search(each) and len(each) >= _SHORT for each in parts)
        parts += [pieces[-1].rstrip("，")] if other_case else []
        return parts if 1 < len(parts) <= _MOST and is_each_one else []

    def _pieces(self, text: str) -> list[str]:
        numbered = _NUMBER.split(text)
        rough = numbered if len(numbered) > 2 else [text]
        sentences = [sentence for part in rough for sentence in MESSAGE_ENDS.split(part)]
        pieces = [
            piece
            for sentence in sentences
            for part in self.words.next_question.split(sentence)
            for piece in self._asking_otherwise(part)
        ]
        return [cleaned for piece in pieces[:_MOST_PIECES] if (cleaned := _LEAD.sub("", piece).strip())]

    def _asking_otherwise(self, sentence: str) -> list[str]:
        """多少钱，要多久: apart at a comma where each side asks for something else of a matter, or of another one."""
        pieces: list[str] = []
        for piece in PAUSES.split(sentence):
            before = self.asked(pieces[-1]) if pieces and self.asks.search(pieces[-1]) else None
            own = self.asked(piece) if before and self.asks.search(piece) else None
            asks_other = own and (before != own or self._is_of_another(piece, pieces[-1]))
            names_other = before and self.words.next_thing.search(piece)
            if pieces and not (asks_other or names_other):
                pieces[-1] += f"，{piece}"
            else:
                pieces.append(piece)
        return pieces if len(pieces) > 1 else [sentence]

    def _is_of_another(self, piece: str, before: str) -> bool:
        if self.words.again.search(piece):
            return True
        matters = {self.matter_named(each) for each in (before, piece)}
        return len(matters) == 2 and "" not in matters

    def _compared(self, text: str) -> list[str]:
        """身份证和护照哪个快: the same asked of each; empty where nothing is compared that has names."""
        phrase = next((each for asked, each in self.words.compared.items() if re.search(asked, text)), None)
        rivals = list(self.rivals(text)) if phrase is not None else []
        return [f"{name}{phrase}" for name in rivals] if 1 < len(rivals) <= _MOST else []

    def _of_each_aspect(self, text: str) -> list[str]:
        """居住证申领的条件、材料和时限分别是什么: each asked of what stands before them; empty where that is nothing,
        or the message says something else of them (条件和材料都够了)."""
        listed = self.words.aspects.search(text)
        before = text[: listed.start()] if listed else ""
        is_all_asked = listed is not None and self.words.behind_aspects.match(text[listed.end() :])
        if listed is None or not is_all_asked or not _LEAD.sub("", before) or MESSAGE_ENDS.search(before):
            return []
        aspects = list(dict.fromkeys(each[0] for each in self.words.aspect.finditer(listed[0])))
        # Without 的, which would go for words of the question: 申领的 stands in 补领的，要缴纳工本费 as well.
        asked = before.rstrip("的之")
        return [f"{asked}{each}" for each in aspects] if 1 < len(aspects) <= _MOST_ASPECTS else []

    def _with_statements(self, pieces: list[str]) -> list[str]:
        """Each question with what was said before it; what is said after the last belongs to the last."""
        parts: list[str] = []
        pending: list[str] = []
        for piece in pieces:
            if not (self.asks.search(piece) or _QUESTION_MARK.search(piece)):
                pending.append(piece)
            elif parts and not pending and not self._stands_alone(piece):
                parts[-1] += piece
            else:
                parts.append("".join((*pending, piece)))
                pending = []
        if pending and parts:
            parts[-1] = "".join((parts[-1], *pending))
        return parts

    def _stands_alone(self, piece: str) -> bool:
        return not self.words.is_hollow(piece) and (len(piece) > _SHORT or self.asks_for_itself(piece))


def _told_apart(one: str, other: str) -> tuple[re.Pattern[str], ...]:
    """What only the one and only the other of two names has, two characters at least; empty where one has nothing."""
    own = [
        [name[at : at + 2] for at in range(len(name) - 1) if name[at : at + 2] not in rival]
        for name, rival in ((one, other), (other, one))
    ]
    return tuple(any_of(map(re.escape, each)) for each in own) if all(own) else ()


class PictureWords(Words):
    """The part `picture` of `reading.yaml`. ``frame``: what a line of nothing else is; ``fault``: of the platform."""

    frame: AnyOf
    fault: AnyOf


def telling_lines(
    seen: str,
    words: PictureWords,
    *,
    asks: Callable[[str], bool],
    gives_orders: Callable[[str], bool],
    names: Callable[[str], bool],
) -> str:
    """At most 120 characters of a normalised text, in its order: faults, questions and named matters before the rest.

    ``asks``: whether a line is a question; ``gives_orders``: whether it wants to tell the service what to do;
    ``names``: whether it names a matter.
    """
    lines = [line for each in seen.splitlines()[:_MOST_LINES] if (line := " ".join(each.split()))]
    if gives_orders("".join(lines)):  # an order may be broken over lines
        lines = [line for line in lines if words.fault.search(line) or names(line)]
    lines = [line for line in lines if not words.frame.fullmatch(line) and not gives_orders(line)]

    def weight(at: int) -> tuple[int, int]:
        line = lines[at]
        said = 4 * bool(words.fault.search(line)) + 3 * names(line) + 2 * (asks(line) or "?" in line) + (len(line) >= 6)
        return (-said, at)

    chosen: list[int] = []
    room = _LONGEST_SEEN
    for at in sorted(range(len(lines)), key=weight):
        if len(lines[at]) <= room:
            chosen.append(at)
            room -= len(lines[at]) + 1
    if not chosen and lines:
        return lines[min(range(len(lines)), key=weight)][:_LONGEST_SEEN]
    return " ".join(lines[at] for at in sorted(chosen))
