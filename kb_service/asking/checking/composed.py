"""Whether an answer without a language model says what its quotes say: every word of it stands in one of them."""

import re
from collections.abc import Sequence

from kb_service.asking.drafting.drafts import Quote, Statement
from kb_service.asking.drafting.sayings import without_markup

_RUN = re.compile(r"[^\W_①-⑳]+")
# Lines of a list are numbered anew.
_NUMBERING = re.compile(r"^\d{1,2}\. ", re.MULTILINE)


def foreign_words(statement: Statement, quotes: Sequence[Quote], *, wording: Sequence[str]) -> list[str]:
    """The runs of letters and figures of a statement that stand neither in a quote it names nor in the headings above
    it, but for the fixed ``wording`` it begins with; empty where it holds.

    A run reaches from mark to mark: 40元 does not stand in 240元, and no part of a sentence may be left out.
    """
    text = next((statement.text.removeprefix(each) for each in wording if statement.text.startswith(each)), None)
    said = _NUMBERING.sub("", statement.text if text is None else text)
    cited = [quotes[at] for at in statement.quotes]
    known = {run for each in cited for run in _RUN.findall(without_markup(each.text))}
    known |= {run for each in cited for heading in each.source.passage.heading_path for run in _RUN.findall(heading)}
    return [run for run in _RUN.findall(said) if run not in known]
