"""What stops an evaluation. Not errors of the service, so not of its family."""


class EvaluationStopped(Exception):
    """A sentence for a person; the commands print it and exit with 1."""


class SuiteInvalid(EvaluationStopped):
    """A question file that is missing, empty or malformed."""


class RunNotFound(EvaluationStopped):
    """No run folder of that name."""


class TooFewRows(EvaluationStopped):
    """Nothing to fit a confidence model on."""


class ScikitLearnMissing(EvaluationStopped):
    """It is not installed with the service, which only reads what it fitted."""
