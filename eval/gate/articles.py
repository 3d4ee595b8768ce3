"""Articles asked for by their number: of made-up laws against what was worked out by hand, and of the corpus.

The made-up laws are called what else people write to a city about (诉讼, 信访, 投诉, 人工): a name of a law is no
lawsuit. They lie in a database of their own; the knowledge base that is gated has nothing of them.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.articles import ArticleQuestion, DatedLaw, articles_of, judge, questions
from eval.errors import EvaluationStopped, SuiteInvalid
from eval.gate.component_measures import Case, Measured
from eval.gate.days import approved_versions, days_of
from eval.gate.seeing import Watching
from eval.scratch import scratch_settings
from kb_service.asking.article_answers import ArticleAnswers
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, Outcome
from kb_service.records import Records
from kb_service.service import Service
from kb_service.wiring import importing, open_records

LAWS = Path(__file__).with_name("made_up_laws.jsonl")
ASKED = Path(__file__).with_name("articles_asked.jsonl")
_ACTOR = "evaluation"
_OF_CORPUS, _SEED = 30, 1
_FEWEST = 3  # of fewer ordinals a text only quotes an article
_MONTH = timedelta(days=30)
_ANNOTATION = re.compile(r"[（(][^（）()]*[)）]$")
_SHOWN = 40
_NO_ARTICLE = "none"

# Gives the records of the made-up laws.
MadeUpLaws = Callable[[], Records]


class ArticleLine(BaseModel):
    """``articles``: LAW@FIRST_DAY 第四条, each whole, in this order and nothing else. Else ``outcome``: how it is said
    that there is none, with the words ``says``; ``none`` where no article is asked for. ``before``: the turn before."""

    model_config = ConfigDict(extra="forbid")

    question: str
    articles: list[str] = []
    outcome: Outcome | str = Outcome.ANSWERED
    says: str = ""
    as_of: date | None = None
    before: str | None = None

    @property
    def id(self) -> str:
        return f"{self.before or ''}>{self.question}@{self.as_of or ''}"


def of_articles(watching: Watching, day: date, laws: MadeUpLaws) -> list[Measured]:
    """Raises SuiteInvalid for a bad line, EvaluationStopped where a made-up law is refused."""
    own = _looking_into(laws(), watching.tools.articles)
    cases = [_case(watching, own, each) for each in read_asked()]
    return [
        Measured("articles.rules", tuple(cases)),
        Measured("articles.corpus", tuple(_of_corpus(watching, day))),
    ]


def read_asked(path: Path = ASKED) -> list[ArticleLine]:
    """Raises SuiteInvalid for a bad line, or a missing file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [ArticleLine.model_validate_json(line) for line in lines if line.strip()]
    except (OSError, ValidationError) as error:
        raise SuiteInvalid(f"{path}: {error}") from error


def article_texts() -> Mapping[str, str]:
    """By LAW@FIRST_DAY 第四条, read from the file of the made-up laws without the service's own reader."""
    laws = [json.loads(line) for line in LAWS.read_text(encoding="utf-8").splitlines()]
    return {
        f"{each['id']}@{each['effective_from']} {ordinal}": text
        for each in laws
        for ordinal, text in articles_of(each["text"])
    }


@contextmanager
def made_up_laws() -> Iterator[MadeUpLaws]:
    """A database that has only the made-up laws: taken in when they are asked for first, then kept."""
    with ExitStack() as kept:
        yield functools.cache(lambda: kept.enter_context(_taken_in()))


@contextmanager
def _taken_in() -> Iterator[Records]:
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        settings = scratch_settings(Path(folder))
        with open_records(settings) as records:
            taken = list(importing(settings, records).run([LAWS], actor=_ACTOR, publish=True))
            if refused := [each.reason for each in taken if each.status == "refused"]:
                raise EvaluationStopped(f"{LAWS}: {refused[0]}")
            yield records


def _looking_into(records: Records, own: ArticleAnswers) -> ArticleAnswers:
    """What answers for articles in the service, looking into these records alone."""
    finder = replace(own.finder, articles=records.articles, library=records.library)
    noticing = replace(own.noticing, library=records.library)
    return replace(own, finder=finder, library=records.library, noticing=noticing)


def _case(watching: Watching, own: ArticleAnswers, line: ArticleLine) -> Case:
    def by_made_up_laws(tools: Tools) -> Tools:
        return replace(tools, articles=own)

    if line.outcome == _NO_ARTICLE:
        question = watching.service.asking.question(line.question, as_of=line.as_of)
        is_right = own.part(question, (), EVERYTHING) is None
        return Case(line.id, line.question, float(is_right), note="" if is_right else "taken for an article")
    answer = _answer(watching, line, by_made_up_laws)
    said = [_bare(each.quote) for each in answer.citations]
    wanted = [_bare(article_texts()[each]) for each in line.articles]
    is_right = (answer.outcome, said) == (line.outcome, wanted) and line.says in answer.text
    return Case(line.id, line.question, float(is_right), note="" if is_right else _told(answer))


def _of_corpus(watching: Watching, day: date) -> Iterator[Case]:
    """Articles of the texts that have some, drawn and asked for in all the ways of `kb eval articles`."""
    drawn = questions(
        list(_dated(watching.service, day)), most=_OF_CORPUS, seed=_SEED, traditional=watching.converter.to_traditional
    )
    for each in drawn:
        answer = _answer(watching, each, lambda tools: tools)
        is_right = judge(each, answer, 0.0).is_right
        name = f"{each.before or ''}>{each.question}@{each.as_of}"
        yield Case(name, each.question, float(is_right), note="" if is_right else _told(answer))


def _answer(watching: Watching, asked: ArticleLine | ArticleQuestion, watch: Callable[[Tools], Tools]) -> Answer:
    """After the question before it, if there is one."""
    asking, turns = watching.service.asking, list[Answer]()
    for text in filter(None, (asked.before, asked.question)):
        question = asking.question(text, as_of=asked.as_of)
        turns.append(asking.retraced(question, turns=turns, watch=watch))
    return turns[-1]


def _dated(service: Service, today: date) -> Iterator[DatedLaw]:
    versions = {each.id: each for each in approved_versions(service)}
    for version_id, own in days_of(list(versions.values())).items():
        version = versions[version_id]
        # Behind the last article stands what belongs to none: an annex, the source.
        article_of = dict(list(articles_of(version.text))[:-1])
        if own.first is None or len(article_of) < _FEWEST:
            continue
        title = _ANNOTATION.sub("", version.metadata.title)
        yield DatedLaw(title, own.first, own.end or max(own.first + _MONTH, today), article_of)


def _bare(text: str) -> str:
    return "".join(text.split())


def _told(answer: Answer) -> str:
    cited = "、".join(each.quote[:_SHOWN] for each in answer.citations)
    return f"{answer.outcome}: {cited or answer.text[:_SHOWN]}"
