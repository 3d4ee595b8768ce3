"""What can go wrong with gaps, feedback, problems and judged samples; the others are in `errors.py`."""

from kb_service.domain.errors import KbError


class RecurringCaseNotFound(KbError):
    """No such case among those that helpers answer again and again; it may have become a text meanwhile."""


class ProblemNotFound(KbError):
    """No problem of the ledger has that id."""


class LookedBackByCloser(KbError):
    """Another person than the one who closed a problem looks back on it."""


class ProblemStateWrong(KbError):
    """A problem of the ledger is not in the state that the move begins at."""


class GapNotFound(KbError):
    """No gap has that id."""


class GapStateWrong(KbError):
    """A move that a gap cannot make from where it is."""


class FeedbackNotFound(KbError):
    """No feedback has that number."""


class FeedbackStateWrong(KbError):
    """Somebody decided on this feedback already."""


class SampledQuestionNotFound(KbError):
    """No question of an audited sample has this answer, or its words were erased."""


class AlreadyJudged(KbError):
    """A person judges a sampled question once."""


class NothingToJudge(KbError):
    """Two agreed on it, or a third has settled it."""


class NotSettled(KbError):
    """A sampled question of which nobody knows yet what counts."""


class ProposalDeclined(KbError):
    """A confidence model that somebody declined is not taken into use."""


class NoGainShown(KbError):
    """A confidence model that is not shown to be better than the one in use is not proposed."""


class NothingProposed(KbError):
    """No confidence model waits for a second person, or not the one that was proposed."""
