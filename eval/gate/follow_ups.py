"""Which answers to a made-up follow-up there are, what is known of each and which is chosen, worked out by hand."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Watching
from kb_service.asking.conversation.topics import Topic
from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.follow_ups import Contender, Drafted, FollowUps, ReadAs, Sources, as_read
from kb_service.asking.reading.phrasing import Phrasing
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import LookedUp, SearchResult
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import EVERYTHING, Candidate, QuestionTerms
from kb_service.domain.answers import Drafting, Question
from kb_service.domain.documents import Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.domain.matters import Matter
from kb_service.text.clauses import Span

_DAY = date(2026, 6, 1)
_NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
_KITES, _BALLOONS = Matter("kites", "风筝放飞", "park"), Matter("balloons", "气球放飞", "park")
_SAID = "线长不超过80米"
_TOPIC = Topic("kites", None, None, None, None, "线长多少", documents=frozenset({"kite"}), last_answer=_SAID)
_PHRASING = Phrasing(rest="飘带30米", content="飘带30米", is_tied=True, asks=True)
_CARRIED = Understanding(
    "风筝放飞飘带30米", Question("那飘带30米呢", _DAY, _NOON), matter=_KITES, matter_name="风筝放飞", phrasing=_PHRASING
)
# What each reading finds, best first, and how sure it is of each passage alone.
_TEXT_OF = {"rule": _SAID, "tail": "飘带不超过30米", "balloon": "气球飘带另有规定"}
_FOUND = {
    _CARRIED.text: ("rule", "tail", "balloon"),
    "飘带30米": ("tail", "balloon"),
    "飘带30米 线长多少": ("rule", "balloon"),
}
_SURE = {
    (_CARRIED.text, "rule"): 0.5,
    (_CARRIED.text, "tail"): 0.8,
    (_CARRIED.text, "balloon"): 0.2,
    ("飘带30米", "rule"): 0.2,
    ("飘带30米", "tail"): 0.5,
    ("飘带30米", "balloon"): 0.8,
    ("飘带30米 线长多少", "rule"): 0.8,
    ("飘带30米 线长多少", "tail"): 0.2,
    ("飘带30米 线长多少", "balloon"): 0.999,
}
# Logits: of 0.8 the logarithm of 4; 0.999 counts as 0.997.
_FOUR, _MOST = math.log(4), math.log(0.997 / 0.003)


def of_follow_ups(watching: Watching) -> Measured:
    """The reader of messages is the service's own; what is found and how sure it is are made up."""
    return Measured("follow_ups.rules", tuple([*_of_contenders(watching), *_of_choice(), *_of_reading()]))


def _of_contenders(watching: Watching) -> Iterator[Case]:
    """Each reading is drafted from together, once more from what was just cited, and its two best passages by every
    reading."""
    asking = FollowUps(_tools(watching), judge=_judged)
    contenders = asking.contenders([_CARRIED], EVERYTHING, _TOPIC)
    readings = (ReadAs.CARRIED, ReadAs.ALONE, ReadAs.BESIDE)
    expected = [(each, Sources.TOGETHER) for each in readings] + [(each, Sources.ONE) for each in readings] * 3
    expected.append((ReadAs.CARRIED, Sources.CITED))  # elsewhere all or one is of the document cited
    found = [(each.drafted.read_as, each.drafted.sources) for each in contenders]
    yield _case("contenders", sorted(found) == sorted(expected), f"{len(found)} answers to choose from")
    for (read_as, sources, passage), features in _FEATURES.items():
        given = next((each for each in contenders if _is(each, read_as, sources, passage)), None)
        for name, value in features.items():
            has = given.features.get(name) if given else None
            is_same = has is not None and abs(has - value) < 1e-6
            yield _case(f"{read_as}:{passage}:{name}", is_same, f"{has}, not {value:.4f}")


_FEATURES: Mapping[tuple[ReadAs, Sources, str], Mapping[str, float]] = {
    (ReadAs.CARRIED, Sources.ONE, "tail"): {
        "confidence": _FOUR, "confidence_carried": _FOUR, "confidence_alone": 0.0, "confidence_beside": -_FOUR,
        "confidence_most": _FOUR, "confidence_least": -_FOUR, "read_carried": 1, "read_alone": 0, "from_one": 1,
        "from_together": 0, "begins_with_said": 0, "said": 0, "own_words": 1, "own_words_in_text": 1,
        "no_own_words": 0, "none_of_own_words": 0, "rank_carried": 0.5, "rank_alone": 1, "rank_beside": 0,
        "of_cited_document": 1, "of_matter_before": 1, "of_matter_read": 1, "at_most_2": 0, "at_most_6": 1, "asks": 1,
        "is_tied": 1, "points_back": 0, "sounds_like_none": 0, "meaning_first": 0.25, "known_right": 0.0,
    },
    (ReadAs.BESIDE, Sources.ONE, "rule"): {
        "confidence": _FOUR, "confidence_carried": 0.0, "confidence_alone": -_FOUR, "begins_with_said": 1, "said": 1,
        "own_words": 0, "own_words_in_text": 0, "none_of_own_words": 1, "rank_carried": 1, "rank_alone": 0,
        "rank_beside": 1, "read_beside": 1,
    },
    (ReadAs.BESIDE, Sources.ONE, "balloon"): {
        "confidence": _MOST, "confidence_least": -_FOUR, "own_words": 0.5, "none_of_own_words": 0,
        "rank_carried": 1 / 3, "rank_alone": 0.5, "rank_beside": 0.5,
        "of_cited_document": 0, "of_matter_before": 0, "of_matter_read": 0,
    },
}  # fmt: skip


def _is(contender: Contender, read_as: ReadAs, sources: Sources, passage: str) -> bool:
    drafted = contender.drafted
    return (drafted.read_as, drafted.sources, drafted.source.passage.id) == (read_as, sources, passage)


def _of_choice() -> Iterator[Case]:
    """The likeliest; of the matter that the message names, if anything is; never what lacks the amount asked for."""
    model = ConfidenceModel("made up", ("own_words",), (Tree(((0, 0.5),), (-2.0, 2.0)),), 1.0, 0.0, {}, _RISKS, ())
    names = SimpleNamespace(have_one_of=lambda pairs, matter: any(pair in matter.name for pair in pairs))
    reader = SimpleNamespace(
        matter={"kites": _KITES, "balloons": _BALLOONS}.get,
        names=names,
        phrasing=SimpleNamespace(are_related=lambda *_: False, telling=lambda _text: frozenset()),
    )
    tools = _only(follow_up_confidence=model, messages=SimpleNamespace(reader=reader))
    asking = FollowUps(tools, judge=_judged)
    kites, balloons = _contender("rule", own_words=1.0), _contender("balloon", own_words=0.0)
    amountless = _contender("tail", own_words=1.0, answer_value_missing=1.0)
    of_balloons = replace(_CARRIED, matter=_BALLOONS, phrasing=replace(_PHRASING, names_matter=True))
    in_passing = replace(of_balloons, phrasing=replace(_PHRASING, names_matter=False))
    of_their_name = replace(_CARRIED, phrasing=replace(_PHRASING, telling=frozenset({"气球"})))
    of_none = replace(of_balloons, matter=Matter("ships", "飞艇放飞", "park"))
    asked: dict[str, tuple[Sequence[Contender], Understanding, Contender | None]] = {
        "最可能的": ((balloons, kites), _CARRIED, kites),
        "点名的事项": ((kites, balloons), of_balloons, balloons),
        "不是点名": ((balloons, kites), in_passing, kites),
        "点名的事项没有": ((balloons, kites), of_none, kites),
        "缺少所问的数": ((amountless, balloons), of_their_name, balloons),
        "别的事项": ((balloons,), _CARRIED, None),
        "都缺": ((amountless,), _CARRIED, None),
        "没有可选的": ((), _CARRIED, None),
    }
    for name, (contenders, understood, expected) in asked.items():
        found = asking.likeliest(contenders, understood, _TOPIC)
        yield _case(name, (found[0] if found else None) is expected, found[0].text if found else "none")
    sure = asking.likeliest((kites,), _CARRIED, _TOPIC)
    yield _case("probability", sure is not None and abs(sure[1] - 1 / (1 + math.exp(-2))) < 1e-9)
    # 20 wrong of 1,000 from 0.8 on, 400 from 0.1 on.
    yield _case("enough", asking.is_enough(0.8) and not asking.is_enough(0.79))


def _of_reading() -> Iterator[Case]:
    """What another turn's words helped to find is not read into the message; its matter stays."""
    own = Understanding("飘带30米多少钱", _CARRIED.question, matter=_BALLOONS)
    beside = Understanding("飘带30米 线长多少", _CARRIED.question, matter=_KITES)
    open_ = replace(_CARRIED, matter=None, matter_name="")
    for name, read_as, passage, understood, first, expected in (
        ("carried", ReadAs.CARRIED, "rule", _CARRIED, _CARRIED, (_CARRIED.text, "kites")),
        ("beside", ReadAs.BESIDE, "rule", beside, _CARRIED, (_CARRIED.text, "kites")),
        ("beside, open", ReadAs.BESIDE, "rule", beside, open_, (_CARRIED.text, "kites")),
        ("of its own", ReadAs.AS_IT_IS, "balloon", own, _CARRIED, (own.text, "balloons")),
        ("of its own, of the same matter", ReadAs.AS_IT_IS, "rule", own, _CARRIED, (own.text, "kites")),
    ):
        contender = _contender(passage)
        looked_up = replace(contender.drafted.looked_up, understood=understood)
        drafted = replace(contender.drafted, read_as=read_as, looked_up=looked_up)
        read = as_read(replace(contender, drafted=drafted), [first])
        found = (read.text, read.matter.id if read.matter else None)
        yield _case(f"read: {name}", found == expected, f"{found}, not {expected}")


_RISKS = (Risk(0.8, 1000.0, 20.0), Risk(0.1, 1000.0, 400.0))


def _case(name: str, is_right: bool, note: str = "") -> Case:
    return Case(name, name, float(is_right), note="" if is_right else note)


def _only(**tools: object) -> Any:
    return SimpleNamespace(**tools)


def _tools(watching: Watching) -> Any:
    retriever = _only(
        weigh=lambda understood: QuestionTerms({}, {}, understood.text),
        find=lambda understood, **_narrowed: [_candidate(each) for each in _FOUND[understood.text]],
    )
    own = watching.tools
    return _only(
        retriever=retriever,
        messages=own.messages,
        lexicon=own.lexicon,
        converter=watching.converter,
        embed_ahead=own.embed_ahead,
    )


def _judged(understood: Understanding, candidates: Sequence[Candidate], _terms: QuestionTerms) -> LookedUp:
    first = candidates[0].source
    features = {"meaning_first": 0.25}
    confidence = _SURE[understood.text, first.passage.id]
    return LookedUp(understood, SearchResult(tuple(candidates), None, _draft(first), features, confidence))


def _draft(source: PassageInVersion) -> Draft:
    text = source.passage.text
    return Draft((Quote(source, Span(0, len(text))),), (Statement(text, (0,)),), Drafting("extractive"))


def _contender(passage: str, **features: float) -> Contender:
    source = _candidate(passage).source
    draft = _draft(source)
    looked_up = LookedUp(_CARRIED, SearchResult((_candidate(passage),), None, draft, features))
    return Contender(Drafted(ReadAs.CARRIED, Sources.ONE, [_candidate(passage)], looked_up, draft), features)


def _candidate(name: str) -> Candidate:
    is_of_balloons = name == "balloon"
    text = _TEXT_OF[name]
    metadata = Metadata("放飞办法", Kind.REGULATION, matter_id="balloons" if is_of_balloons else "kites")
    document = "balloon" if is_of_balloons else "kite"
    source = PassageInVersion(
        Passage(name, f"{document}-v", 0, text, 0, len(text)), document, VersionState.APPROVED, metadata
    )
    return Candidate(source, _HIT, 0.0, text)


_HIT = FusedHit("", "", "", 0.0, None, None, None, None)
