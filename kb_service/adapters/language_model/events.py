"""The objects of a reply over HTTP: a stream of server-sent events as endpoints send them, or one JSON document.

Libraries read a stream by the letter: an `id:` makes each comment after it an empty event, and the last event is lost
where no blank line follows. What can be read is read here.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault

_LARGEST = 4 * 2**20
_LINE_END = re.compile(rb"\r\n|\n|\r(?=[^\n])")
_BLANK = b"\xef\xbb\xbf \t\r\n"


class Done:
    """`[DONE]`: the endpoint says that nothing follows."""


def objects_of(chunks: Iterable[bytes]) -> Iterator[object]:
    """Raises ModelUnavailable for what is neither."""
    beginning, rest = b"", iter(chunks)
    for chunk in rest:
        beginning += chunk
        if beginning.strip(_BLANK):
            break
    beginning = beginning.lstrip(_BLANK)
    whole = chain([beginning], rest)
    if beginning.startswith(b"<"):
        raise ModelUnavailable("gave a page instead of a reply", ModelFault.UNREADABLE)
    if beginning.startswith((b"{", b"[")):
        yield from _documents(_read(whole))
        return
    for data in _events(_lines(whole)):
        yield from _documents(data)


def _read(chunks: Iterable[bytes]) -> bytes:
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) > _LARGEST:
            raise ModelUnavailable("gave a reply without end", ModelFault.UNREADABLE)
    return read


def _documents(text: bytes) -> Iterator[object]:
    """One document, however many lines it has; or one in each line."""
    if (one := _document(text)) is not None:
        yield one
        return
    for line in text.splitlines():
        if not line.strip():
            continue
        if (found := _document(line)) is None:
            raise ModelUnavailable("gave what is neither JSON nor an event of it", ModelFault.UNREADABLE)
        yield found


def _document(text: bytes) -> object | None:
    if text.strip() == b"[DONE]":
        return Done()
    try:
        return json.loads(text.decode(errors="replace"))  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _events(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each; comments, ids, names and times to wait are passed over."""
    data: list[bytes] = []
    for line in lines:
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line:
            yield from _dispatched(data)
            data = []
    yield from _dispatched(data)


def _dispatched(data: list[bytes]) -> Iterator[bytes]:
    joined = b"\n".join(data)
    if joined.strip():
        yield joined


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut at CRLF, LF or CR only: U+2028 and others may stand within JSON."""
    begun, size = list[bytes](), 0
    for chunk in chunks:
        begun.append(chunk)
        size += len(chunk)
        if size > _LARGEST:
            raise ModelUnavailable("gave a line without end", ModelFault.UNREADABLE)
        if b"\n" in chunk or b"\r" in chunk:
            *whole, rest = _LINE_END.split(b"".join(begun))
            yield from whole
            begun, size = [rest], len(rest)
    yield b"".join(begun).rstrip(b"\r")
