"""`kb eval reading`: how well messages are told apart that no document should answer."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, Field, ValidationError

from eval.errors import SuiteInvalid
from eval.question_lines import question_files
from eval.statistics import rate
from eval.telling import errors_in_one_sentence, rate_with_interval
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Question
from kb_service.domain.days import shanghai_day
from kb_service.example_wiring import open_examples
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_model

# Errands are turned away as small talk is: telling them apart is a matter of wording.
_SAME = {MessageClass.ERRAND: MessageClass.COURTESY}


class Labelled(BaseModel):
    """A line of a labelled file; what else stands there is a note."""

    text: str = Field(min_length=1)
    message_class: MessageClass = Field(alias="class")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """``sure`` and ``likely``: what the message was taken for, and what where no document surely answers.
    ``may_be_distress``: help lines are shown beside that.
    """

    text: str
    labelled: MessageClass
    sure: MessageClass
    likely: MessageClass
    may_be_distress: bool


def reading(
    messages: Annotated[Path, typer.Option(help="A .jsonl file or a folder of them.")] = Path("corpus/reading"),
    as_json: Annotated[bool, typer.Option("--json", help="A line a message, with what it was taken for.")] = False,
) -> None:
    """Read labelled messages and compare; needs the model and the prompts, no knowledge base."""
    with errors_in_one_sentence():
        rows = read_messages(read_labelled(messages), open_reader(Settings()), at=now())
    if as_json:
        print("\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows))
    else:
        print("\n".join(_report(rows)))


def read_labelled(path: Path) -> list[Labelled]:
    """Raises SuiteInvalid for a bad line or a missing path."""
    return [each for file in question_files(path) for each in _lines(file)]


def _lines(file: Path) -> Iterator[Labelled]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            if line.strip():
                yield Labelled.model_validate_json(line)
        except ValidationError as error:
            raise SuiteInvalid(f"{file.name}:{number}: {error.errors()[0]['msg']}") from error


def open_reader(settings: Settings) -> Reader:
    """Knows no matters: what a message is does not depend on them."""
    lexicon, converter, model = load_lexicon(settings.prompts_dir), open_converter(), open_model(settings)
    examples = open_examples(
        settings,
        lexicon,
        converter,
        model,
        embed=model.embed_question,
        question_vectors=lambda texts: dict(zip(texts, model.embed_questions(texts), strict=True)),
    )
    return Reader((), lexicon, converter, likeness=examples.likeness)


def read_messages(messages: Sequence[Labelled], reader: Reader, *, at: datetime) -> list[ReadRow]:
    def row(message: Labelled) -> ReadRow:
        read = reader.understand(Question(message.text, shanghai_day(at), at))
        found = read.likeness
        return ReadRow(message.text, message.message_class, _taken_for(read), found.likely, found.may_be_distress)

    return [row(each) for each in messages]


def _taken_for(read: Understanding) -> MessageClass:
    return MessageClass.COURTESY if read.is_courtesy else read.likeness.sure


def _report(rows: Sequence[ReadRow]) -> Iterator[str]:
    by_class: Mapping[MessageClass, list[ReadRow]] = defaultdict(list)
    for row in rows:
        by_class[row.labelled].append(row)
    for labelled, some in sorted(by_class.items()):
        if labelled is MessageClass.KNOWLEDGE:
            continue
        yield f"{labelled:<20} {rate_with_interval(rate([_is_right(row) for row in some]))}"
    questions = by_class[MessageClass.KNOWLEDGE]
    for each in MessageClass:
        if each is not MessageClass.KNOWLEDGE and questions:
            taken = rate([row.sure is each for row in questions])
            yield f"knowledge taken for {each:<20} {rate_with_interval(taken)}"
    if questions:
        beside = rate([row.may_be_distress for row in questions])
        yield f"help lines beside knowledge            {rate_with_interval(beside)}"


def _is_right(row: ReadRow) -> bool:
    """Distress where help lines are shown. Any class surely, or most likely where it is taken for knowledge and no
    document surely answers. Classes with the same consequence are as good as one another.
    """
    if row.labelled is MessageClass.DISTRESS and row.may_be_distress:
        return True
    found = row.likely if row.sure is MessageClass.KNOWLEDGE else row.sure
    is_same = _SAME.get(found, found) is _SAME.get(row.labelled, row.labelled)
    return is_same or (found.reason is not None and found.reason is row.labelled.reason)
