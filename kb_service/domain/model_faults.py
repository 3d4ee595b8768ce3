"""Why nothing came of asking a language model: a closed list, for the stored answer, the log and `/metrics`."""

from enum import StrEnum


class ModelFault(StrEnum):
    UNREACHABLE = "unreachable"  # no connection, or a lost one
    REFUSED = "refused"  # a status or an object that is an error
    UNREADABLE = "unreadable"  # a page, or anything else that is no reply of the interface
    BROKE_OFF = "broke_off"  # no end, or an end that is none
    CUT_OFF = "cut_off"  # at the limit of tokens
    FILTERED = "filtered"  # by the endpoint, for what it says
    CALLED_TOOLS = "called_tools"  # of which it was given none
    EMPTY = "empty"  # nothing but thoughts, or nothing
    TOO_SLOW = "too_slow"
    FAILED = "failed"  # with an error of our own
    RESTING = "resting"  # it is left alone after failures
