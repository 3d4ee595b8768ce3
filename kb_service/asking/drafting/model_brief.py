"""What a language model is asked, and how its reply is read.

It is given the rules, the question, and numbered passages behind a fence that nobody can guess.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import RootModel, field_validator

from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.drafting.drafts import Statement
from kb_service.domain.documents import PassageInVersion
from kb_service.text.figures import FigureKind, figures
from kb_service.text.vocabulary import load

_LINK = re.compile(r"(?:https?://|www\.)[^\s，。；、（）()<>《》“”\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_TOKEN = re.compile(r"⟦[LT]\d+⟧")
# Control, format, private and unassigned characters, halves of pairs; and what is written upon another character.
_NEVER_SEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Mn", "Me"})
_FILES = ("draft.md", "redraft.md", "faults.yaml")
_BLANK = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"^=== (\w+) ===\n", re.M)
# Marks stand behind a sentence or clause, before or after its closing mark; elsewhere they are no marks.
_MARKS = re.compile(
    r"[ \t]*(?P<marks>(?:\[\d{1,3}(?: ?[,，、] ?\d{1,3})*\] ?)+)(?P<after>[。！？；，,;!?]|(?=\s*$)|(?<=[\] ])(?=\S))"
)
_CLOSING = "。！？；!?;：:"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts of `prompts/draft.md`, `redraft.md` and `faults.yaml`; ``no_answer`` is the word for having none.

    ``sha256`` is over the three, to be stored with what was written by them.
    """

    system: str
    user: str
    redraft: str
    no_answer: str
    reason_of: Mapping[FaultKind, str]
    sha256: str

    def reason(self, fault: Fault) -> str:
        """The fault in a sentence for the model."""
        return filled(self.reason_of[fault.kind], {"sentence": fault.sentence, "what": fault.what})


@dataclass(frozen=True)
class Brief:
    """One request. ``passages`` are those that had room, in the order of their numbers."""

    system: str
    user: str
    passages: tuple[PassageInVersion, ...]
    written_for: Mapping[str, str] = field(repr=False)

    def restored(self, reply: str) -> str:
        """Links and telephone numbers in the place of their tokens; unknown tokens stay and will be found."""
        return _TOKEN.sub(lambda match: self.written_for.get(match[0], match[0]), reply)


class _Reasons(RootModel[dict[FaultKind, str]]):
    """`prompts/faults.yaml`."""

    @field_validator("root")
    @classmethod
    def _has_every_fault(cls, reasons: dict[FaultKind, str]) -> dict[FaultKind, str]:
        if missing := sorted(set(FaultKind) - set(reasons)):
            raise ValueError(f"no sentence for {', '.join(missing)}")
        return reasons


def load_prompts(folder: Path) -> Prompts:
    """Raises VocabularyFault for a mistake in faults.yaml; FileNotFoundError, KeyError or ValueError when another file
    or a part of it is missing or misspelt.
    """
    draft = prompt_parts(folder / "draft.md")
    return Prompts(
        system=draft["system"],
        user=draft["user"],
        redraft=prompt_parts(folder / "redraft.md")["user"],
        no_answer=draft["no_answer"].strip(),
        reason_of=load(folder, "faults.yaml", _Reasons).root,
        sha256=hashlib.sha256(b"\0".join((folder / name).read_bytes() for name in _FILES)).hexdigest(),
    )


def brief(
    prompts: Prompts, question: str, passages: Sequence[PassageInVersion], *, fence: str, room: int, longest: int
) -> Brief:
    """``passages`` best first; ``room``: tokens that the request may take; ``longest``: characters of the answer."""
    values = {
        "fence": fence,
        "question": safe(question, fence),
        "longest": str(longest),
        "no_answer": prompts.no_answer,
    }
    # Chinese text has less than a token a character with every tokenizer in use.
    room -= len(prompts.system) + len(prompts.user) + len(question) + len(prompts.redraft)
    written_for: dict[str, str] = {}
    shown: list[str] = []
    used: list[PassageInVersion] = []
    for found in passages:
        text = _tokenised(safe(_as_shown(found, len(used) + 1), fence), written_for)
        if len(text) > room:
            continue
        room -= len(text)
        shown.append(text)
        used.append(found)
    values["passages"] = "\n\n".join(shown)
    return Brief(filled(prompts.system, values), filled(prompts.user, values), tuple(used), written_for)


def again(prompts: Prompts, given: Brief, reply: str, faults: Sequence[Fault], *, fence: str) -> str:
    """The user's part of a second request: the first one, what was wrong with the reply, and to write anew."""
    reasons = "\n".join(dict.fromkeys(f"- {safe(prompts.reason(fault), fence)}" for fault in faults))
    values = {"fence": fence, "reply": safe(reply, fence), "reasons": reasons}
    return f"{given.user}\n\n{filled(prompts.redraft, values)}"


def _as_shown(found: PassageInVersion, number: int) -> str:
    above = (found.metadata.title, *found.passage.heading_path)
    asked = f"\n{found.metadata.question}" if found.metadata.question else ""
    return f"[{number}]\n《{'》·'.join((above[0], '·'.join(above[1:])))}{asked}\n{found.passage.text}".replace(
        "》·\n", "》\n"
    )


def safe(text: str, fence: str) -> str:
    """Without characters nobody sees, and without anything that could be taken for the fence or a token."""
    return re.sub(r"[⟦⟧]", "", _visible(text)).replace(fence, "")


def _visible(text: str) -> str:
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in _NEVER_SEEN)


def _tokenised(text: str, written_for: dict[str, str]) -> str:
    """Links and telephone numbers are tokens to the model: it can copy one, and cannot mistype it."""
    spans = [(match.start(), match.end(), "L") for match in _LINK.finditer(text)]
    spans += [
        (each.start, each.end, "T")
        for each in figures(text)
        if each.kind is FigureKind.PHONE and not any(start < each.end and each.start < end for start, end, _ in spans)
    ]
    for start, end, letter in sorted(spans, reverse=True):
        written = text[start:end]
        token = next((token for token, known in written_for.items() if known == written), None)
        if token is None:
            token = f"⟦{letter}{len(written_for) + 1}⟧"
            written_for[token] = written
        text = text[:start] + token + text[end:]
    return text


def filled(template: str, values: Mapping[str, str]) -> str:
    """In one pass: a blank that stands in a passage stays as it is."""
    return _BLANK.sub(lambda match: values.get(match[1], match[0]), template)


def prompt_parts(path: Path) -> dict[str, str]:
    """Of a file in `prompts/`, by the names that stand between its rules."""
    _, *found = _PART.split(path.read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(found[::2], found[1::2], strict=True)}


def statements_of(reply: str) -> list[Statement]:
    """A statement for each stretch of text up to its marks, which count passages from 0. Text after the last marks is
    a statement that nothing backs; a line that ends in a colon belongs to the next one."""
    statements: list[Statement] = []
    lead = ""
    for line in reply.strip().splitlines():
        text = line.strip()
        if not text:
            continue
        found = _of_line(text)
        if len(found) == 1 and not found[0].quotes and text.endswith(("：", ":")):
            lead += text + "\n"
            continue
        first = found[0]
        statements += [Statement(lead + first.text, first.quotes), *found[1:]]
        lead = ""
    return [*statements, Statement(lead.strip(), ())] if lead else statements


def _of_line(line: str) -> list[Statement]:
    statements: list[Statement] = []
    text, marks, at = "", (), 0  # type: str, tuple[int, ...], int
    for match in _MARKS.finditer(line):
        before = line[at : match.start()]
        if not match["after"] and not before.endswith((*_CLOSING, "，", ",")) and match.end() < len(line.rstrip()):
            continue
        text += before + match["after"]
        marks += tuple(int(number) - 1 for number in _NUMBER.findall(match["marks"]))
        at = match.end()
        if text.endswith(tuple(_CLOSING)) or not line[at:].strip():
            statements.append(Statement(text.strip(), tuple(dict.fromkeys(marks))))
            text, marks = "", ()
    rest = (text + line[at:]).strip()
    return [*statements, Statement(rest, ())] if rest else statements
