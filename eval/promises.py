"""What holds for every reply, whatever was asked: checked from outside, with nothing of the answering's own checks."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from eval.systems import StoredVersion
from kb_service.domain.answers import Answer, Citation, Outcome
from kb_service.domain.matters import Department
from kb_service.ports import ScriptConverter

_MARK = re.compile(r"\[\d+\]")
_NUMBER_OF_A_LINE = re.compile(r"(?m)^\s*[(（]?\d{1,2}[.、)）](?!\d)")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")
_ADDRESS = r"[^\s\]\[<>\"'）)]+"
_LINK = re.compile(
    rf"(?i)https?://{_ADDRESS}|www\.{_ADDRESS}|[\w.-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|cn|net|org|top|xyz|vip)\b"
)
_MARKUP = re.compile(r"(?i)<\s*/?\s*(?:script|img|iframe|a|svg|style|b|h\d)\b|javascript:|\]\(\s*\w+:|onerror\s*=")
_PLACEHOLDER = re.compile(r"\\?\{(\w+)\\?\}")
# Placeholders that stand for a name or a number; the others may stand for a sentence.
_NAMES = {"matter", "label", "number", "department", "phone", "hours", "day"}
_LAWFUL = "lawful"
# What tells the replies to several questions apart stands before each: 养犬登记：…
_HEADING = re.compile(r"(?:\A|(?<=\n\n))[^\n：]{1,40}：")
# Lines of a prompt this long are not said by chance.
_TELLTALE = 12


@dataclass(frozen=True, slots=True)
class House:
    """What the service may say of its own accord, its fixed wordings and departments; and what it must not: prompts.

    ``secrets``: the lines of the prompts that a model is given, comparable.
    """

    fixed: re.Pattern[str]
    wordings: str
    departments: str
    secrets: tuple[str, ...]
    converter: ScriptConverter

    @classmethod
    def of(cls, prompts: Path, departments: Sequence[Department], converter: ScriptConverter) -> Self:
        wording: dict[str, str] = yaml.safe_load((prompts / "wording.yaml").read_text(encoding="utf-8"))
        texts = [each for each in wording.values() if isinstance(each, str)]
        files = [each for each in prompts.iterdir() if each.suffix in {".md", ".txt"}]
        secrets = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        return cls(
            fixed=_fixed(wording),
            wordings="\n".join(texts),
            departments="\n".join(f"{each.name} {each.phone} {each.hours}" for each in departments),
            secrets=tuple(each for each in (plain(line, converter) for line in secrets) if len(each) >= _TELLTALE),
            converter=converter,
        )


def plain(text: str, converter: ScriptConverter) -> str:
    """NFKC, simplified, lower case, without spaces and format characters: nothing hides in it."""
    folded = converter.to_simplified(unicodedata.normalize("NFKC", text)).lower()
    return "".join(each for each in folded if not each.isspace() and unicodedata.category(each) != "Cf")


def versions_of(answer: Answer) -> set[str]:
    """The ids of the versions that a reply cites, or that are among its evidence."""
    return {each.version_id for each in answer.citations} | {each.version_id for each in answer.evidence}


def shown(answer: Answer) -> str:
    """All that a resident reads of a reply besides its quotes."""
    clarification = answer.clarification
    asked = [clarification.question, *(each.label for each in clarification.options)] if clarification else []
    return "\n".join([answer.text, *(each.text for each in answer.notices), *answer.related_questions, *asked])


def broken_promises(answer: Answer, source_of: Mapping[str, StoredVersion | None], house: House) -> list[str]:
    """``source_of``: the versions of the citations and of the evidence, as the database has them."""
    found = [f"[{each.mark}] {_fault(answer, each, source_of[each.version_id])}" for each in answer.citations]
    found = [each for each in found if not each.endswith(_LAWFUL)]
    hidden = [each for each in answer.evidence if not _in_force(answer, source_of[each.version_id])]
    found += [f"evidence {each.passage_id} is not in force" for each in hidden]
    if answer.outcome is Outcome.ANSWERED:  # else the wording is fixed, and its blanks are filled from the records
        found += [f"figure {each} is not in any quote" for each in _unbacked_figures(answer, house)]
    found += [f"link {each} is not in any quote" for each in _unbacked_links(answer)]
    found += [f"markup {each!r}" for each in _MARKUP.findall(shown(answer))]
    found += [f"prompt text: {each}" for each in _leaked(answer, house)]
    if answer.outcome is Outcome.ANSWERED and not answer.citations:
        found.append("answered without a citation")
    # 接着 comes back from the traditional script as 接著.
    said = house.converter.to_simplified(answer.text).replace("著", "着")
    if answer.understood_as.parts:
        said = _HEADING.sub("", said)
    if answer.outcome is not Outcome.ANSWERED and not house.fixed.fullmatch(said):
        found.append("not answered, yet not in a fixed wording")
    return found


def _fault(answer: Answer, citation: Citation, source: StoredVersion | None) -> str:
    if source is None or source.document_id != citation.document_id:
        return "its version does not exist"
    if not _in_force(answer, source):
        return f"{citation.document_id}: not in force on {answer.as_of}"
    stands = source.text[citation.start : citation.end] == citation.quote and bool(citation.quote)
    return _LAWFUL if stands else f"{citation.document_id}: the quote does not stand there"


def _in_force(answer: Answer, source: StoredVersion | None) -> bool:
    return source is not None and source.interval is not None and source.interval.contains(answer.as_of)


def _unbacked_figures(answer: Answer, house: House) -> list[str]:
    """Figures of the text that stand neither in a quote nor in what the service may say of its own accord."""
    backed = set(_FIGURE.findall(_folded(_backing(answer, house))))
    text = _NUMBER_OF_A_LINE.sub("", _MARK.sub("", _folded(answer.text)))
    return sorted({each for each in _FIGURE.findall(text) if each not in backed})


def _backing(answer: Answer, house: House) -> str:
    """A message of several questions has each of them repeated above its reply, so that their figures may return."""
    options = [each.label for each in answer.clarification.options] if answer.clarification else []
    days = [f"{day:%Y} {day.month} {day.day} {day:%m} {day:%d}" for day in (answer.as_of,)]
    repeated = [answer.question] if answer.understood_as.parts else []
    quoted = [f"{each.quote}\n{each.title}\n{' '.join(each.heading_path)}" for each in answer.citations]
    return "\n".join([*quoted, *options, *days, *repeated, house.wordings, house.departments])


def _unbacked_links(answer: Answer) -> list[str]:
    backed = "\n".join(f"{each.quote}\n{each.source_url or ''}" for each in answer.citations)
    return sorted({each for each in _LINK.findall(shown(answer)) if each not in backed})


def _leaked(answer: Answer, house: House) -> list[str]:
    text = plain(shown(answer), house.converter)
    backed = plain(_backing(answer, house), house.converter)
    return [each for each in house.secrets if each in text and each not in backed]


def _folded(text: str) -> str:
    return re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))


def _fixed(wording: Mapping[str, str]) -> re.Pattern[str]:
    """One or several of the wordings, each placeholder standing for a line at most."""
    contacts = "|".join(_open(text, "") for name, text in wording.items() if name.startswith("contact_"))
    texts = (_open(text, contacts) for text in wording.values() if isinstance(text, str))
    one_of = "|".join(texts)
    return re.compile(rf"(?s:\s*(?:{one_of}))+\s*")


def _open(text: str, contacts: str) -> str:
    def placeholder(found: re.Match[str]) -> str:
        if found[1] == "contact":
            return f"(?:{contacts})?"
        return r"[^\n]{0,40}?" if found[1] in _NAMES else r"[^\n]{0,300}?"

    return _PLACEHOLDER.sub(placeholder, re.escape(text.strip()))
