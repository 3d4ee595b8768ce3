"""Why something was refused, apart from any language: a name, and the values that its sentence tells.

The sentence is made when it is read, from `causes` in `prompts/messages.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_LONGEST_VALUE = 200

# Every cause with the values that its sentence tells: of a file, its fields, a record or row, its taking in, a request.
_OF_FILES = {
    "empty_file": "",
    "no_text": "",
    "file_too_large": "limit",
    "encrypted": "",
    "damaged": "kind",
    "archive": "",
    "unknown_format": "",
    "wrong_ending": "ending",
    "old_office": "wanted",
    "foreign_format": "wanted",
    "electronic_book": "",
    "apple_file": "",
    "not_text": "",
    "unknown_encoding": "",
    "bad_encoding": "encoding",
    "conversion_failed": "wanted",
    "conversion_timed_out": "seconds",
    "leads_outside": "part",
    "declares_entities": "",
    "unpacks_too_far": "",
    "nested_too_deeply": "",
    "too_many_characters": "count limit",
    "too_many_blocks": "limit",
    "too_many_passages": "count limit",
    "too_many_records": "count limit",
    "too_many_pages": "count limit",
    "too_many_scanned_pages": "limit",
    "too_many_cells": "limit",
    "too_many_columns": "limit",
    "too_many_parts": "limit",
    "too_many_shapes": "limit",
    "too_many_attributes": "limit",
    "draws_too_much": "limit",
    "merged_cells": "",
    "repeated_slides": "",
    "picture_damaged": "",
    "picture_too_large": "width height",
    "picture_without_text": "",
    "too_many_pictures": "limit",
    "subtitles_without_times": "",
    "page_missing": "",
    "ofd_without_page": "",
    "original_lost": "",
    "no_such_file": "file",
    "file_unreadable": "file",
    "refused_file_name": "",
    "refused_file_is_read": "",
}
_OF_FIELDS = {
    "no_such_day": "field value",
    "not_a_day": "field value",
    "two_ends": "effective_to valid_through",
    "ends_before_start": "start end",
    "last_day_before_start": "start last",
    "holds_no_day": "end",
    "yaml_broken": "file line",
    "yaml_anchors": "file line",
    "yaml_too_deep": "file line",
    "yaml_field_twice": "file line",
    "field_twice": "field",
    "yaml_too_long": "file limit",
    "yaml_no_fields": "file",
    "sidecar_too_large": "file",
    "sidecar_not_utf8": "file",
    "chapters": "",
    "unknown_field": "name near",
    "unknown_fields": "count",
    "field_too_long": "field length limit",
    "too_many_entries": "field count limit",
    "unknown_kind": "value",
    "unknown_audience": "value",
    "unsafe_address": "field",
    "wrong_value": "field value",
    "odd_characters": "",
}
_OF_RECORDS = {
    "not_json": "",
    "line_not_utf8": "",
    "not_an_object": "",
    "no_id": "",
    "one_text_needed": "",
    "file_not_sent": "",
    "file_outside": "file",
    "header_again": "",
    "answered_otherwise": "row",
    "cells_beside_header": "cells columns",
    "error_value": "value",
    "formula_without_value": "",
    "struck_out": "",
    "no_question_no_answer": "",
    "no_question": "",
    "no_answer": "",
    "no_answer_full_width": "",
    "open_quote": "line",
    "too_long_to_keep": "",
    "some_refused": "refused total",
    "all_refused": "refused",
}
_OF_TAKING_IN = {
    "reading_timed_out": "seconds",
    "reading_stood_still": "seconds",
    "reading_out_of_memory": "limit",
    "reader_ended": "",
    "reader_not_started": "",
    "reader_failed": "",
    "reader_interrupted": "",
    "taking_in_failed": "",
    "given_up": "",
    "told_in_english": "",
}
_OF_REQUESTS = {
    "form_not_utf8": "",
    "unknown_parts": "parts",
    "nothing_sent": "",
    "not_rehearsed": "",
    "no_files_sent": "",
    "form_expected": "",
    "not_true_or_false": "name",
    "text_beside_files": "fields",
    "one_id_for_many": "",
    "body_not_utf8": "",
    "body_not_object": "",
    "fields_not_object": "",
    "fields_not_editable": "fields",
    "no_due_list": "day",
    "no_period": "first last",
    "review_not_ahead": "day",
    "no_problem_document": "document",
    "no_problem_days": "value",
    "no_problem_move": "value",
    "no_month": "",
    "month_not_settled": "day",
    "not_of_year": "day year",
    "unknown_due": "value",
    "wrong_revision": "value",
    "no_revision": "",
    "wrong_cursor": "",
    "unknown_state": "value",
    "rating_unfit": "value",
    "no_expectation": "",
    "no_document_expected": "",
    "consent_of_another": "",
    "calendar_year_unknown": "year",
    "picture_address": "",
    "picture_not_base64": "",
    "picture_of_other_kind": "",
    "picture_too_many_bytes": "",
    "picture_without_words": "",
    "picture_takes_too_long": "seconds",
    "picture_takes_too_much": "",
    "pictures_busy": "",
    "one_picture": "",
    "unknown_variable": "name known",
    "one_attachment": "",
    "unknown_attachment_parts": "parts",
    "attachment_of_other_kind": "",
    "attachment_too_large": "limit",
    "attachment_too_hard": "",
    "attachments_busy": "",
    "attachment_of_junior": "",
    "too_many_attachments": "limit",
    "misspelt_department": "named near",
    "unknown_department": "named",
}
VALUES_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(values.split())
        for name, values in (_OF_FILES | _OF_FIELDS | _OF_RECORDS | _OF_TAKING_IN | _OF_REQUESTS).items()
    }
)

# Causes, and errors by their names, that may be gone when the same is tried again: an outage, a busy reader.
PASSING = frozenset(
    {
        "conversion_timed_out",
        "reading_timed_out",
        "reading_stood_still",
        "reader_ended",
        "reader_not_started",
        "reader_interrupted",
        "taking_in_failed",
        "given_up",
        "told_in_english",  # read again, it gets a cause
        "pictures_busy",
        "attachments_busy",
        "picture_takes_too_long",
        "EmbeddingModelUnavailable",
        "IndexOwnedElsewhere",
        "IndexUnavailable",
        "InternalError",
        "ModelUnavailable",
        "NotEnoughSpace",
        "RecordsBusy",
        "RecordsUnavailable",
        "RehearsalRunning",
        "RequestBrokenOff",
        "ServiceUnreachable",
        "TooManyRehearsals",
        "UploadTakenOver",
    }
)


@dataclass(frozen=True, slots=True)
class Cause:
    """``name``: one of `VALUES_OF`, or of an error that has no closer one; ``values`` fill its sentence."""

    name: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def is_passing(self) -> bool:
        """Whether trying again can help; false for a fault of what was sent."""
        return self.name in PASSING

    def as_json(self) -> dict[str, Any]:
        """As it is kept; a value may be all that a stranger sent, and no text."""
        return {"name": self.name, "values": {name: _kept(value) for name, value in self.values.items()}}


def cause_of_json(kept: Mapping[str, Any] | None) -> Cause | None:
    """What `Cause.as_json` made."""
    return None if kept is None else Cause(str(kept["name"]), dict(kept["values"]))


def cause_kept(kept: Mapping[str, Any] | None, reason: str | None) -> Cause | None:
    """Of a row that may have been written before causes were: then it has only its reason, in English."""
    return cause_of_json(kept) or (Cause("told_in_english") if reason else None)


def _kept(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    return value[:_LONGEST_VALUE].replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
