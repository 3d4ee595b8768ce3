"""Addresses of sources, which people will click: what a browser could read as anything but a plain web page is none."""

import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://", re.IGNORECASE)
# Labels of letters and digits of any script.
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?")
# Control and format characters (a browser drops tabs: `java\tscript:`), line ends, halves of surrogate pairs.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def fault_of_address(text: str) -> str | None:
    """Why it must not become a link; None for an http(s) address, and for words such as a document's name."""
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        return "an address has no control characters and none that cannot be seen"
    if "\\" in text or text.lstrip().startswith("/"):
        return "an address begins with http:// or https:// and has no backslash"
    if not _SCHEME.match(text.lstrip()):
        return None
    return None if _is_web(text.strip()) else "only http and https addresses of a host may be given"


def web_address(text: str | None) -> str | None:
    """The text as it may be sent; None where it must not, whenever it was stored."""
    return text if text is not None and fault_of_address(text) is None else None


def link_to(text: str | None) -> str | None:
    """The text where it is an address that may be clicked, and no words."""
    return text if text is not None and web_address(text) and _WEB.match(text) else None


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(_WEB.match(text)) and _is_host(parts.hostname or "") and parts.username is None and _is_port(parts)
    except ValueError:
        return False


def _is_port(parts: SplitResult) -> bool:
    """Raises ValueError for one beyond 65535."""
    return (parts.port or 1) > 0


def _is_host(name: str) -> bool:
    """Raises ValueError. A percent sign would be decoded by a browser, into whatever it stands for."""
    if ":" in name:
        return "%" not in name and bool(ip_address(name))
    return _HOST.fullmatch(name) is not None


def secure_link(text: str) -> str | None:
    """The text where it is an https address of a host, without blanks or a name and password; else None."""
    is_secure = text.lower().startswith("https://") and not any(map(str.isspace, text))
    return text if is_secure and fault_of_address(text) is None else None
