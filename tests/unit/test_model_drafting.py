"""A language model may draft; whatever it does, the answer is backed, and it comes in time."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.drafts import Draft
from kb_service.asking.drafting.model_brief import load_prompts
from kb_service.asking.drafting.model_calls import CircuitBreaker, State
from kb_service.asking.drafting.model_drafting import Limits, ModelDrafter
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.events import Progress
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.matters import Facet
from tests.factories import candidate, passage_in_version, returned, understanding
from tests.fakes import ScriptedModel, SilentModel

_PROMPTS = Path(__file__).parents[2] / "prompts"
_LEXICON = load_lexicon(_PROMPTS)
_CONVERTER = OpenCCConverter()
FEE = passage_in_version("首次签注免费。补办证件收费30元，可拨打021-62345678。", passage_id="fee")
FEE_SAID = "首次签注免费。\n补办证件收费30元，可拨打021-62345678。"
TIME = passage_in_version("自受理之日起5个工作日内办结。", passage_id="time", document_id="other")


def drafter(
    model: ScriptedModel | SilentModel,
    *,
    clock: Callable[[], float] = lambda: 0.0,
    breaker: CircuitBreaker | None = None,
) -> ModelDrafter:
    quoting = ExtractiveDrafter(
        sections=lambda _: [FEE],
        facet_headings={facet: () for facet in Facet},
        converter=_CONVERTER,
        words=load_quoting_words(_PROMPTS),
        say=_LEXICON.say,
        nearness=lambda question, texts: [0.0 for _ in texts],
        longest=420,
    )
    return ModelDrafter(
        model,
        quoting,
        sections=lambda _version_id: (),
        prompts=load_prompts(_PROMPTS),
        checker=Checker(load_checking_words(_PROMPTS), _CONVERTER),
        breaker=breaker or CircuitBreaker(clock=clock),
        converter=_CONVERTER,
        limits=Limits(seconds=20, context=8192, longest=420, reply_tokens=1024),
        clock=clock,
        new_fence=lambda: "FENCE",
    )


def drafted(model: ScriptedModel | SilentModel, question: str = "签注要钱吗", **options: object) -> Draft:
    candidates = [candidate(FEE), candidate(TIME, 0.1)]
    asked = understanding(question, quantity_asked=_LEXICON.quantity_asked(question))
    return returned(drafter(model, **options).draft(asked, candidates, {"签注": 1.0}))  # type: ignore[arg-type]


def test_a_draft_that_holds_is_sent_with_quotes_of_what_it_restates() -> None:
    draft = drafted(ScriptedModel("首次签注免费。[1]"))
    assert draft.text == "首次签注免费。[1]"
    assert [quote.text for quote in draft.quotes] == ["首次签注免费。"]
    assert (draft.drafting.by, draft.drafting.rejected) == ("scripted", ())


def test_citations_are_numbered_anew_over_the_passages_that_are_cited() -> None:
    draft = drafted(ScriptedModel("自受理之日起5个工作日内办结。[2]\n首次签注免费。[1]"))
    assert draft.text == "自受理之日起5个工作日内办结。[2]\n首次签注免费。[1]"
    assert [quote.source.passage.id for quote in draft.quotes] == ["fee", "time"]


def test_the_model_is_told_what_was_wrong_and_may_try_once_more() -> None:
    model = ScriptedModel("首次签注收费90元。[1]", "首次签注免费。[1]")
    draft = drafted(model)
    assert "90元" in model.prompts[1] and model.prompts[1].startswith(model.prompts[0])
    assert draft.text == "首次签注免费。[1]"
    assert draft.drafting.by == "scripted" and any("90元" in reason for reason in draft.drafting.rejected)


def test_after_two_drafts_that_do_not_hold_the_sources_speak_for_themselves() -> None:
    model = ScriptedModel("首次签注收费90元。[1]", "首次签注收费80元。[1]", "首次签注免费。[1]")
    draft = drafted(model)
    assert draft.text == f"{FEE_SAID}[1]" and len(model.replies) == 1
    assert draft.drafting.by == "extractive" and any("80元" in reason for reason in draft.drafting.rejected)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "没有依据",
        "没有依据。",
        "首次签注免费。",
        "首次签注免费。[9]",
        "首次签注免费【1】。",
        "首次签注免费。[1]祝您生活愉快！",
        "自受理之日起5个工作日内办结。[2]",  # true, of another document, and not what was asked
        "The first one is free. [1]",
        "首次签注免费。[1]" * 400,
        "签" * 5000,
        "请登录⟦L9⟧。[1]",
    ],
)
def test_whatever_else_a_model_writes_the_sources_speak_for_themselves(reply: str) -> None:
    draft = drafted(ScriptedModel(reply, reply))
    assert draft.text == f"{FEE_SAID}[1]"
    assert draft.drafting.by == "extractive" and draft.drafting.rejected


def test_a_telephone_number_comes_from_the_passage_though_the_model_never_saw_it() -> None:
    model = ScriptedModel("补办证件收费30元，可拨打⟦T1⟧。[1]")
    draft = drafted(model, "补办要多少钱")
    assert "62345678" not in model.prompts[0]
    assert draft.text == "补办证件收费30元，可拨打021-62345678。[1]"


@pytest.mark.parametrize("error", [ModelUnavailable("gone"), ValueError("a bug of some library")])
def test_a_model_that_fails_is_not_asked_twice(error: Exception) -> None:
    model = ScriptedModel(error, "首次签注免费。[1]")
    draft = drafted(model)
    assert len(model.prompts) == 1
    assert (draft.drafting.by, draft.drafting.rejected) == ("extractive", ("model_unavailable",))


def test_a_model_that_stays_silent_is_left_when_its_time_is_over() -> None:
    model, seconds = SilentModel(), count(0, 8)
    draft = drafted(model, clock=lambda: float(next(seconds)))
    assert draft.drafting.rejected == ("model_unavailable",) and model.was_left.is_set()


def test_progress_is_told_while_the_model_is_silent_and_who_leaves_ends_the_request() -> None:
    model = SilentModel()
    seconds = count(0)
    asking = drafter(model, clock=lambda: next(seconds) * 0.6).draft(understanding(), [candidate(FEE)], {})
    assert [next(asking), next(asking)] == [Progress("drafting"), Progress("drafting")]
    asking.close()
    assert model.was_left.is_set()


def test_a_dead_model_is_left_alone_and_the_answers_come_all_the_same() -> None:
    breaker = CircuitBreaker(clock=lambda: 0.0, failures=3)
    model = ScriptedModel(*[ModelUnavailable("gone")] * 3)
    texts = [drafted(model, breaker=breaker).text for _ in range(5)]
    assert breaker.state is State.OPEN and len(model.prompts) == 3
    assert texts == [f"{FEE_SAID}[1]"] * 5


def test_a_lie_is_no_failure_of_the_model_as_a_service() -> None:
    breaker = CircuitBreaker(clock=lambda: 0.0, failures=1)
    drafted(ScriptedModel("收费90元。[1]", "收费90元。[1]"), breaker=breaker)
    assert breaker.state is State.CLOSED


def test_a_model_is_not_asked_what_will_be_handed_over_anyway() -> None:
    model = ScriptedModel("地址在人民路1号。[1]")
    drafted(model, "几点开门")
    assert model.prompts == []


def test_an_answer_of_a_model_says_which_prompts_it_was_asked_with_whether_it_was_sent_or_not() -> None:
    prompts = load_prompts(_PROMPTS)
    assert len(prompts.sha256) == 64
    assert drafted(ScriptedModel("首次签注免费。[1]")).drafting.prompts == prompts.sha256
    assert drafted(ScriptedModel("首次签注收费90元。[1]", "首次签注收费90元。[1]")).drafting.prompts == prompts.sha256


def test_a_model_is_not_told_who_asks() -> None:
    model = ScriptedModel("首次签注免费。[1]")
    drafted(model, "我叫周杰，电话13912345678，签注要钱吗")
    assert "我叫〔姓名〕，电话〔手机号〕，签注要钱吗" in model.prompts[0]
