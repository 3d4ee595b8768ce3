"""The words by which an answer is put together from its sources: `prompts/quoting.yaml`."""

import re
from pathlib import Path

from kb_service.text.vocabulary import AnyOf, Words, load


class QuotingWords(Words):
    """All are matched against normalised text: simplified script, lower case, half-width marks.

    ``beside_the_matter``: a sentence that tells of the text only; ``named_sources``: one that names laws only.
    ``goes_on``: one that is not read without the one before it; ``limits``, ``exceptions``: what is never left out
    behind the sentence before it. ``all_of_list``: what introduces a list all of whose items count.
    ``asked_by_name``: headings of sections that are meant only where they are named. ``compares``: a question of
    several things side by side. ``changed``: a sentence that tells what something changed by, ``asks_change``: a
    question for that. ``asks_online``: one for how it is done from home; ``asks_may``, ``asks_must``: one for
    yes or no. ``may``, ``may_not``, ``must``, ``must_not``: what a sentence says of these, ``unsure``: that it says
    neither, ``forbids``: behind which of them stands what may not be; ``everybody``: words for whoever asks, which are
    no condition.
    """

    beside_the_matter: AnyOf
    named_sources: AnyOf
    goes_on: re.Pattern[str]
    limits: AnyOf
    exceptions: AnyOf
    all_of_list: re.Pattern[str]
    asked_by_name: AnyOf
    compares: AnyOf
    changed: re.Pattern[str]
    asks_change: re.Pattern[str]
    asks_online: AnyOf
    asks_may: re.Pattern[str]
    asks_must: re.Pattern[str]
    may: re.Pattern[str]
    may_not: re.Pattern[str]
    forbids: re.Pattern[str]
    must: re.Pattern[str]
    must_not: re.Pattern[str]
    unsure: re.Pattern[str]
    everybody: AnyOf


def load_quoting_words(folder: Path) -> QuotingWords:
    """Raises VocabularyFault, with file and line, when the file or one of its parts is missing or wrong."""
    return load(folder, "quoting.yaml", QuotingWords)
