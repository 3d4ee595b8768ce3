"""What can be wrong with a draft, named for people, for tables and for the model."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    MARKUP = "markup"
    NO_MARK = "no_mark"
    UNKNOWN_MARK = "unknown_mark"
    UNUSED_CITATION = "unused_citation"
    SAYS_NOTHING = "says_nothing"
    FOREIGN_WORDS = "foreign_words"
    FOREIGN_FIGURE = "foreign_figure"
    FIGURE_OF_ANOTHER = "figure_of_another"
    CHANGED_MEANING = "changed_meaning"
    CHANGED_ROLES = "changed_roles"
    DROPPED_CONDITION = "dropped_condition"
    DROPPED_EXCEPTION = "dropped_exception"
    SHORTENED_LIST = "shortened_list"
    MERGED_RULES = "merged_rules"
    WRONG_ORDER = "wrong_order"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Fault:
    """``sentence`` of the draft, and ``what`` of it (or of the source) is the matter; both may be empty."""

    kind: FaultKind
    sentence: str = ""
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}" if self.what else str(self.kind)
