"""The names of documents, and the articles of a version, read from SQL and remembered."""

import functools
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import events, passages, versions
from kb_service.domain.articles import ArticleNumber, Titled
from kb_service.domain.documents import VersionState
from kb_service.text.articles import opening_article

_VERSIONS_REMEMBERED = 64
# An ordinal with its title stands within so many characters of an article's first passage.
_OPENING = 24

_NEWEST = select(func.max(events.c.id))

ArticlesOfVersion = Mapping[ArticleNumber, Sequence[str]]


class SqlArticles:
    """Implements `ports.Articles`. The text of an approved version never changes: what was read of it stays right."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._titles: tuple[int, Sequence[Titled]] = (-1, ())
        self.of_version = functools.lru_cache(maxsize=_VERSIONS_REMEMBERED)(self._read)

    def titles(self) -> Sequence[Titled]:
        with self._database.reading() as connection:
            # Every change of what is approved adds an event.
            newest = connection.execute(_NEWEST).scalar() or 0
            if newest != self._titles[0]:
                query = (
                    select(versions.c.document_id, versions.c.title)
                    .where(versions.c.state == VersionState.APPROVED, versions.c.question.is_(None))
                    .distinct()
                    .order_by(versions.c.document_id, versions.c.title)
                )
                self._titles = (newest, tuple(Titled(row[0], row[1]) for row in connection.execute(query)))
        return self._titles[1]

    def _read(self, version_id: str) -> ArticlesOfVersion:
        """A number that comes again, as in an annex with articles of its own, belongs to its first place."""
        opening = func.substr(passages.c.text, 1, _OPENING)
        query = (
            select(passages.c.id, passages.c.heading_path, opening)
            .where(passages.c.version_id == version_id)
            .order_by(passages.c.ordinal)
        )
        found: dict[ArticleNumber, list[str]] = {}
        last: tuple[ArticleNumber, tuple[str, ...]] | None = None
        with self._database.reading() as connection:
            for passage_id, heading_path, text in connection.execute(query):
                place = _place(heading_path, text)
                if place is not None and (place == last or place[0] not in found):
                    found.setdefault(place[0], []).append(passage_id)
                last = place
        return found


def _place(heading_path: Sequence[str], text: str) -> tuple[ArticleNumber, tuple[str, ...]] | None:
    """The article that a passage is of, with the headings down to it."""
    for depth, heading in enumerate(heading_path, start=1):
        if (article := opening_article(heading)) is not None:
            return article, tuple(heading_path[:depth])
    article = opening_article(text)
    return (article, tuple(heading_path)) if article is not None else None
