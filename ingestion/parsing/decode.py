"""Bytes of a text file to text: UTF-8, UTF-16, GB18030 (with GBK), Big5."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.text.normalising import with_characters

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The most frequent characters and marks of official Chinese, in both scripts: the encoding whose reading shows more of
# them is the right one, since GB18030 and Big5 both decode most of each other's bytes.
_FREQUENT = frozenset(
    "的一是不在人有和为了中大上个国我以要时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "为個國時來們於對會發動過說產種後學經應當機關規請辦證書號應当机关规请办证书号本市区區第条條办辦理申部门門人民政府及或者"
    "，。、；：（）《》？！“”「」"
)
# A file cut off in the middle of a character, or with a bad byte here and there: what was there is shown as U+FFFD.
_BROKEN, _MOST_BROKEN, _ONE_BROKEN_IN = "\ufffd", 2, 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CODES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_FEW_CODES = 8
# Of so many characters of a Chinese text at least one is a frequent one; bytes that merely decode have none.
_TELLING = 40
# What UTF-16 without a mark consists of: other characters come of bytes that are no text.
_USUAL = re.compile(r"[\t\n\r\x20-\x7e\u00a0-\u00ff\u2010-\u206f\u2100-\u27bf\u3000-\u9fff\uff00-\uffef]")
_MOSTLY = 0.7
_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\u00ad]")


def decode(data: bytes, name: str) -> str:
    """The text with "\\n" line ends and no control or invisible characters. Raises FileRefused for what is no text."""
    text = _decoded(data, name)
    odd = len(_CODES.findall(text))
    if text.count("\x00") > 0 or (odd > len(text) // 100 and (odd > _FEW_CODES or odd > len(text) // 5)):
        raise _no_text(name)
    return clean(text)


def _no_text(name: str) -> FileRefused:
    return FileRefused(f"{name} is not a text file; upload it with its right file ending.", Cause("not_text"))


def is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def clean(text: str) -> str:
    """Line ends as "\\n", radicals as characters, empty boxes alike, without control and zero-width characters."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    plain = normal.replace("\x0c", "\n").replace("\u00a0", " ").replace("☐", "□")
    return with_characters(_INVISIBLE.sub("", _CONTROL.sub("", plain)))


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    if (encoding_guess := _utf16_without_mark(data)) is not None:
        text = _strictly(data, encoding_guess, name)
        if len(_USUAL.findall(text)) < _MOSTLY * len(text):
            raise _no_text(name)
        return text
    if is_utf8(data):
        return data.decode("utf-8")
    readings = list(_readings(data))
    if not readings:
        raise FileRefused(
            f"{name} is in an encoding that is not recognised; save it as UTF-8.", Cause("unknown_encoding")
        )
    best = max(readings, key=_familiarity)
    foreign = [character for character in best if ord(character) > 127]
    if len(foreign) >= _TELLING and _FREQUENT.isdisjoint(foreign):
        raise _no_text(name)
    return best


def _readings(data: bytes) -> Iterator[str]:
    """As each encoding has it; UTF-8 and GB18030 even where a few bytes of a long text are broken."""
    for encoding in ("gb18030", "big5hkscs"):
        with suppress(UnicodeDecodeError):
            yield data.decode(encoding)
    if not len(data) % 2 and b"\x00" not in data[:4096]:  # of Han characters alone
        for encoding in ("utf-16-le", "utf-16-be"):
            with suppress(UnicodeDecodeError):
                yield data.decode(encoding)
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        if text.count(_BROKEN) <= _MOST_BROKEN + len(text) // _ONE_BROKEN_IN:
            yield text


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"{name} is not valid {encoding.upper()} text; save it as UTF-8.",
            Cause("bad_encoding", {"encoding": encoding.upper()}),
        ) from error


def _utf16_without_mark(data: bytes) -> str | None:
    """No other text has zero bytes, which line ends and ASCII give it; which order, by the reading that makes sense."""
    sample = data[:4096]
    if len(data) % 2 or b"\x00" not in sample:
        return None
    return max(("utf-16-le", "utf-16-be"), key=lambda encoding: _sense(sample.decode(encoding, "replace")))


def _sense(text: str) -> int:
    return sum(" " <= character <= "~" or character == "\n" or character in _FREQUENT for character in text)


def _familiarity(text: str) -> float:
    sample = [character for character in text[:20_000] if ord(character) > 127]
    strange = sum(0xE000 <= ord(character) <= 0xF8FF or ord(character) > 0xFFFF for character in sample)
    return (sum(character in _FREQUENT for character in sample) - strange) / max(1, len(sample))
