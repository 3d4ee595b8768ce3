"""Questions that look like messages of another kind, and which of them are taken for one."""

from datetime import date, datetime, time
from pathlib import Path

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Watching
from eval.questions import SuiteQuestion, read_questions
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Question
from kb_service.domain.days import SHANGHAI


def of_look_alikes(watching: Watching, path: Path, today: date) -> Measured:
    """Raises SuiteInvalid."""
    noon = datetime.combine(today, time(12), tzinfo=SHANGHAI)
    return Measured("reading.look_alikes", tuple(_case(watching, each, noon) for each in read_questions(path)))


def _case(watching: Watching, asked: SuiteQuestion, noon: datetime) -> Case:
    read = watching.tools.messages.reader.understand(Question(asked.text, noon.date(), noon))
    taken_for = _taken_for(read)
    return Case(asked.id, asked.text, float(not taken_for), note=f"taken for {taken_for}" if taken_for else "")


def _taken_for(read: Understanding) -> str:
    """Empty of a question."""
    if read.is_courtesy:
        return MessageClass.COURTESY.value
    if read.likeness.sure is not MessageClass.KNOWLEDGE:
        return read.likeness.sure.value
    return read.scope.value if read.scope is not None else ""
