"""What can go wrong, named for the fact. Flat, and ignorant of HTTP: `api/errors.py` maps each to a status."""


class KbError(Exception):
    """A sentence for a person: what is wrong, with which input, what to do."""


class InvalidInterval(KbError):
    """Dates that contradict each other."""


class InvalidRecord(KbError):
    """A record of an import that lacks or misuses a field."""


class FileRefused(KbError):
    """A file that cannot or must not be read: unreadable, empty, encrypted, too large, malicious, unknown format."""


class VersionNotFound(KbError):
    pass


class AnswerNotFound(KbError):
    pass


class QuestionEmpty(KbError):
    pass


class QuestionTooLong(KbError):
    pass


class QuestionNotText(KbError):
    """Characters that no text has: NUL, half of a surrogate pair."""


class UnknownMatter(KbError):
    pass


class IndexOwnedElsewhere(KbError):
    """Another process holds the embedded index."""


class IndexMismatch(KbError):
    """The index on disk was made by another model, segmenter or schema and has to be rebuilt."""


class IndexUnavailable(KbError):
    """The index cannot be opened, read or written."""


class InvalidPoint(KbError):
    """A point with a wrong dimension, a number that is not finite, or an id that is not a UUID."""


class NotEnoughSpace(KbError):
    """Writing would fill the disk, which kills a process that maps the index into memory."""


class RecordsUnavailable(KbError):
    """The database cannot be opened, or what is there is no database of ours."""


class EmbeddingModelUnavailable(KbError):
    """The model folder or endpoint is missing, or fails its check against reference vectors."""


class NotAllowed(KbError):
    """The caller may not do or see this."""
