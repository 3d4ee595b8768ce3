"""How much may be sent, in bytes unless it says otherwise; and what sentences tell of it."""

from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.domain.people import LONGEST_NAME

_MEGABYTE = 1024 * 1024
LARGEST_BODY = _MEGABYTE
# A screenshot in base64; a chat's history may bring earlier ones along.
LARGEST_QUESTION = 12 * _MEGABYTE
LARGEST_PICTURE = 4 * _MEGABYTE
# In base64, with what stands before it in a data URL.
LONGEST_PICTURE = LARGEST_PICTURE * 4 // 3 + 200
LARGEST_FILE = 100 * _MEGABYTE
LARGEST_UPLOAD = 500 * _MEGABYTE
# Of the comment with a feedback, in characters.
LONGEST_COMMENT = 2000
# Of a Q&A that is written for a gap, in characters; longer texts come as files.
LONGEST_ANSWER = 100_000
# That a database counts with.
LARGEST_NUMBER = 2**63 - 1

# What sentences for people name: characters and megabytes.
LIMITS = {
    "longest_question": LONGEST_QUESTION,
    "longest_comment": LONGEST_COMMENT,
    "longest_name": LONGEST_NAME,
    "picture_mb": LARGEST_PICTURE // _MEGABYTE,
    "file_mb": LARGEST_FILE // _MEGABYTE,
    "upload_mb": LARGEST_UPLOAD // _MEGABYTE,
}
