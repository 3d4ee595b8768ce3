"""Seals under the site's key, which the database does not hold: for rows that decide before the trail tells of them.

Whoever can write to the database can make a row, a hash and an entry like the service's own, but none of these.
"""

import hashlib
import hmac
import json
from collections.abc import Callable

from sqlalchemy import Connection

# The option of an engine that goes along with each of its connections: what gives the key.
SITE_KEY = "kb_site_key"
SiteKey = Callable[[], bytes]


def no_key() -> bytes:
    """Of copies that are only read, and of tests."""
    return b""


def site_seal(connection: Connection, *said: object) -> str:
    """64 hexadecimal digits over plain values, the first of which says what is sealed.

    Of SHA-512: references to users are hashed with the same key and SHA-256, of words that anybody may choose, and what
    comes out stands in the database.
    """
    key: SiteKey = connection.get_execution_options().get(SITE_KEY, no_key)
    written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key(), written.encode("utf-8", "surrogatepass"), hashlib.sha512).hexdigest()[:64]
