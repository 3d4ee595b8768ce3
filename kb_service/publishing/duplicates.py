"""Whether two texts say the same: the same question and answer to the letter, or nearly the same words."""

import hashlib
import re
from collections.abc import Set

from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised

_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Between two digits a mark tells 1.5 from 15 and 3-5 from 35; 3% is not 3.
_SILENT = re.compile(r"\s|_|[^\w%‰](?!\d)|(?<!\d)[^\w%‰]")


def question_key(question: str, answer: str, converter: ScriptConverter) -> str:
    """64 hexadecimal characters, equal for questions and answers that differ in width, script, case, punctuation or
    white space alone.
    """
    letters = "\n".join(letters_of(text, converter) for text in (question, answer))
    return hashlib.sha256(letters.encode("utf-8", "surrogatepass")).hexdigest()


def letters_of(text: str, converter: ScriptConverter) -> str:
    """What is left of a text without width, script, case, punctuation and white space."""
    return _SILENT.sub("", _GROUPED.sub("", normalised(text, converter)))


_SHINGLE = 5
# Of 622 real texts with a tenth of their characters changed 95 of 100 still reach .67; among the most alike of 1 868
# answers of one city, what lies below .7 shares its boilerplate and says something else.
NEAR = 0.7
# Laws of a hundred thousand characters are recognised by their beginning.
_LONGEST = 20_000


def shingles_of(text: str, converter: ScriptConverter) -> frozenset[str]:
    """Every five neighbouring characters of a text, of which punctuation and script make no difference."""
    letters = letters_of(text[:_LONGEST], converter)
    return frozenset(letters[at : at + _SHINGLE] for at in range(max(1, len(letters) - _SHINGLE + 1)))


def near_duplicate(one: Set[str], other: Set[str]) -> float:
    """The share of all shingles that both have, from 0 to 1; from ``NEAR`` on two texts nearly say the same."""
    return len(one & other) / len(one | other)
