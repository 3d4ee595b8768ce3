"""Finding the words of a purged version in what is stored besides, and putting nothing in their place."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, String, cast, or_, select

from kb_service.adapters.sql.tables import answers, due_lists, rehearsals

PURGED = "（内容已依法清除）"
_NO_WORDS: Mapping[str, Any] = {"quote": PURGED, "title": PURGED, "heading_path": [], "source_url": None}
_MARKED = re.compile(r"(?P<words>.*?)(?P<marks>(?:\[\d+\])+)", re.DOTALL)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Purged:
    """``title``: None when another version of the document still bears it."""

    version_id: str
    document_id: str
    title: str | None
    questions: frozenset[str]

    def without_title(self, text: str) -> str:
        return text.replace(self.title, PURGED) if self.title else text

    def mentioned_in(self, column: Column[Any]) -> ColumnElement[bool]:
        """Rows whose JSON names the version, its document, its title or one of its questions."""
        names = [self.version_id, self.document_id, *self.questions, *([self.title] if self.title else [])]
        written = cast(column, String)
        # As JSON has them: Chinese characters escaped.
        return or_(*(written.contains(json.dumps(name)[1:-1], autoescape=True) for name in names))


def redacted_answers(connection: Connection, purged: Purged) -> dict[str, Any]:
    """The new bodies of answers that hold its words, by answer id."""
    mentioning = select(answers.c.id, answers.c.body).where(purged.mentioned_in(answers.c.body))
    body_of = {row.id: (row.body, _redacted(row.body, purged)) for row in connection.execute(mentioning)}
    return {each: after for each, (before, after) in body_of.items() if after != before}


def retold_rehearsals(connection: Connection, purged: Purged) -> dict[str, Any]:
    """The effects that are left of rehearsals which tell of it, by rehearsal id: its own lose all."""
    telling = or_(rehearsals.c.version_id == purged.version_id, purged.mentioned_in(rehearsals.c.changes))
    found = connection.execute(select(rehearsals.c.id, rehearsals.c.version_id, rehearsals.c.changes).where(telling))
    return {row.id: _retold(row.version_id, row.changes, purged) for row in found}


def redacted_due_lists(connection: Connection, purged: Purged) -> dict[date, Any]:
    items = due_lists.c["items"]
    found = connection.execute(select(due_lists.c.day, items).where(purged.mentioned_in(items)))
    return {row[0]: [_listed(each, purged) for each in row[1]] for row in found}


def _redacted(body: Mapping[str, Any], purged: Purged) -> dict[str, Any]:
    marks = {each["mark"] for each in body["citations"] if each["version_id"] == purged.version_id}
    # The words of a text with marks are its quotes, each of its own version.
    text = _without_words_of(marks, body["text"]) if body["citations"] else purged.without_title(body["text"])
    changed: dict[str, Any] = {"text": text}
    for name in {"citations", "possible"} & body.keys():
        changed[name] = [blanked(each) if each["version_id"] == purged.version_id else each for each in body[name]]
    if "notices" in body:
        changed["notices"] = [{**each, "text": purged.without_title(each["text"])} for each in body["notices"]]
    if (body.get("escalation") or {}).get("summary"):
        summary = purged.without_title(body["escalation"]["summary"])
        changed["escalation"] = {**body["escalation"], "summary": summary}
    if "related_questions" in body:
        changed["related_questions"] = [each for each in body["related_questions"] if each not in purged.questions]
    return {**body, **changed}


def _retold(version_id: str, changes: list[Any], purged: Purged) -> list[Any]:
    if version_id == purged.version_id:
        return []
    mentioned = {purged.document_id, purged.version_id, *purged.questions} | ({purged.title} if purged.title else set())
    written = ((each, json.dumps(each, ensure_ascii=False)) for each in changes)
    return [each for each, text in written if not any(name in text for name in mentioned)]


def _listed(item: Mapping[str, Any], purged: Purged) -> dict[str, Any]:
    return {**item, "title": PURGED} if item["version_id"] == purged.version_id else dict(item)


def blanked(quoted: Mapping[str, Any]) -> dict[str, Any]:
    return {**quoted, **{name: value for name, value in _NO_WORDS.items() if name in quoted}}


def _without_words_of(marks: set[int], text: str) -> str:
    """Words stand before their marks: 免费。[1][2]; what comes after the last mark is of nobody in particular."""
    if not marks:
        return text
    kept = [
        f"{PURGED}{found['marks']}" if marks & {int(each) for each in _NUMBER.findall(found["marks"])} else found[0]
        for found in _MARKED.finditer(text)
    ]
    return "\n".join(each.strip() for each in kept)
