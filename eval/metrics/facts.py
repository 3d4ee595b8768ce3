"""Whether an answer states a fact, whatever the script, width and spacing it is written in."""

import re
from collections.abc import Sequence

from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised

_MARK = re.compile(r"\[\d+\]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Between two figures they keep them apart: 「第 3 条 12 元」 is not 312.
_SPACE_OR_COMMA = re.compile(r"(?<!\d)[\s,、]+|[\s,、]+(?!\d)")
_FIRST_SENTENCE = re.compile(r"[^。！？!?\n]+")


def comparable(text: str, converter: ScriptConverter) -> str:
    """NFKC, simplified, lower case, without citation marks, thousands separators, spaces and commas."""
    plain = normalised(_MARK.sub("", text), converter)
    return _SPACE_OR_COMMA.sub("", _THOUSANDS.sub("", plain))


def first_sentence(text: str) -> str:
    """Without the mark or the line break that ends it."""
    found = _FIRST_SENTENCE.search(text.lstrip())
    return found.group() if found else ""


def missing_facts(text: str, facts: Sequence[str], converter: ScriptConverter) -> list[str]:
    """The facts that the text does not state. A fact may give alternatives: ``30天|三十天``."""
    stated = comparable(text, converter)
    return [fact for fact in facts if not _is_stated(fact, stated, converter)]


def stated_facts(text: str, facts: Sequence[str], converter: ScriptConverter) -> list[str]:
    """The facts that the text does state."""
    missing = missing_facts(text, facts, converter)
    return [fact for fact in facts if fact not in missing]


def _is_stated(fact: str, stated: str, converter: ScriptConverter) -> bool:
    alternatives = [comparable(each, converter) for each in fact.split("|")]
    return any(_occurs(each, stated) for each in alternatives if each)


def _occurs(fact: str, stated: str) -> bool:
    """A figure must stand whole: 「740元」 is not said by 「2740元」, nor 「2」 by 「2.5」."""
    before = r"(?<!\d)(?<!\d\.)" if fact[0].isdigit() else ""
    after = r"(?!\d)(?!\.\d)" if fact[-1].isdigit() else ""
    return re.search(before + re.escape(fact) + after, stated) is not None
