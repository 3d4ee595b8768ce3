"""Which sentence of a made-up text answers first, and what is told along, against what a person chose."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import SuiteInvalid
from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Watching
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Question
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.domain.knobs import KNOBS
from kb_service.text.facts import first_sentence
from kb_service.text.normalising import normalised

LEADS = Path(__file__).with_name("leads.jsonl")
_DAY = date(2026, 6, 1)
_NOON = datetime.combine(_DAY, time(12), tzinfo=SHANGHAI)
_BEST_SCORE, _STEP = 3.0, 0.5
_SHOWN = 20


class LeadsLine(BaseModel):
    """Passages of one text as they were found, best first; how the answer begins, where it is told; what its first
    sentence has, and what the whole of it has and does not have. ``why``: what is put to the test, for the reader."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    headings: list[str] = []
    passages: list[str]
    question: str
    begins: str = ""
    leads: str
    has: list[str] = []
    lacks: list[str] = []
    why: str


def read_leads(path: Path = LEADS) -> list[LeadsLine]:
    """Raises SuiteInvalid for a bad line, or a missing file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [LeadsLine.model_validate_json(line) for line in lines if line.strip()]
    except (OSError, ValidationError) as error:
        raise SuiteInvalid(f"{path}: {error}") from error


def of_leads(watching: Watching, lines: Sequence[LeadsLine]) -> Measured:
    """Words alone decide: meaning is left out, so that every machine chooses the same."""
    return Measured("drafting.leads", tuple(_case(each, draft_of(watching, each).text) for each in lines))


def _case(line: LeadsLine, text: str) -> Case:
    first = first_sentence(text)
    is_led = line.leads in first and text.startswith(line.begins)
    wrong = [] if is_led else [f"begins {first[:_SHOWN]}"]
    wrong += [f"lacks {each}" for each in line.has if each not in text]
    wrong += [f"says {each}" for each in line.lacks if each in text]
    return Case(line.id, line.question, float(not wrong), note="; ".join(wrong))


def draft_of(watching: Watching, line: LeadsLine) -> Draft:
    """What the service's drafter makes of the passages."""
    tools, converter = watching.tools, watching.converter
    sources = [_source(line, at) for at in range(len(line.passages))]
    drafter = ExtractiveDrafter(
        sections=lambda _version: sources,
        facet_headings=tools.lexicon.questions.facet_headings,
        converter=converter,
        words=load_quoting_words(watching.service.settings.prompts_dir),
        say=tools.lexicon.say,
        nearness=_NO_MEANING,
        longest=KNOBS.longest_quote,
    )
    understood = tools.messages.reader.understand(Question(line.question, _DAY, _NOON))
    candidates = [
        Candidate(each, _HIT, _BEST_SCORE - _STEP * at, normalised(each.passage.text, converter))
        for at, each in enumerate(sources)
    ]
    # Each pair of characters weighs the same, whatever corpus is at hand.
    weight_of = dict.fromkeys(tools.retriever.weigh(understood).bigrams, 1.0)
    return completed(drafter.draft(understood, candidates, weight_of))


def _source(line: LeadsLine, at: int) -> PassageInVersion:
    text, start = line.passages[at], sum(len(each) + 1 for each in line.passages[:at])
    passage = Passage(f"{line.id}-{at}", line.id, at, text, start, start + len(text), tuple(line.headings))
    return PassageInVersion(passage, line.id, VersionState.APPROVED, Metadata(line.title, Kind.REGULATION))


_HIT = FusedHit("", "", "", 0.0, None, None, None, None)
_NO_MEANING: Callable[[str, Sequence[str]], Sequence[float]] = lambda _question, texts: [0.0] * len(texts)  # noqa: E731
