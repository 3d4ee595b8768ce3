"""Whether two texts say the same: the same question and answer to the letter, or nearly the same words."""

import hashlib
import re

from kb_service.answering.normalising import normalised
from kb_service.ports import ScriptConverter

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
