"""What the welcome page, README and the documents offer as examples is answered from the demonstration corpus, and
what people go on to ask."""

from pathlib import Path

import pytest

from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.console.words import ShownExample, shown_examples
from kb_service.domain.answers import Outcome
from kb_service.service import Service

ROOT = Path(__file__).resolve().parents[2]
SHOWN = shown_examples(ROOT / "prompts")


@pytest.mark.parametrize("example", [*SHOWN.welcome, *SHOWN.told], ids=lambda each: each.question)
def test_an_example_that_is_shown_is_answered(demonstration: Service, example: ShownExample) -> None:
    asking = demonstration.asking
    before = asking.answer(asking.question(example.after)).conversation_id if example.after else None
    asked = asking.question(example.question, as_of=example.as_of, conversation_id=before)
    assert asking.answer(asked).outcome is Outcome.ANSWERED


def test_an_example_of_a_search_finds_something(demonstration: Service) -> None:
    asking = demonstration.asking
    for text in SHOWN.searched:
        assert asking.search(asking.question(text), narrowing=EVERYTHING, limit=3)


def test_an_example_of_a_route_leads_to_a_department(demonstration: Service) -> None:
    asking = demonstration.asking
    for text in SHOWN.routed:
        assert asking.route(asking.question(text))


@pytest.mark.parametrize(
    ("before", "asked", "fact"),
    [
        # In the text just cited, though nothing in the message names it.
        ("灵活就业医保交几个点", "第一次参保要等多久才能用", "6个月"),
        ("延迟退休原来50岁的女职工最后几岁退", "多久推一个月", "2个月"),
        # Found by the words of the question before.
        ("什么情况可以提公积金？", "装修呢", "装修"),
        ("75岁老人津贴多少", "我妈82呢", "180元"),
    ],
)
def test_who_goes_on_asking_is_answered_from_what_was_spoken_of(
    demonstration: Service, before: str, asked: str, fact: str
) -> None:
    asking = demonstration.asking
    first = asking.answer(asking.question(before))
    answer = asking.answer(asking.question(asked, conversation_id=first.conversation_id))
    assert answer.outcome is Outcome.ANSWERED
    assert fact in answer.text


@pytest.mark.parametrize(("asked", "fact"), [("租房备案谁来办", "双方"), ("养狗要办什么证", "养犬登记证")])
def test_the_passage_that_answers_is_heard_though_another_one_fits_the_words_better(
    demonstration: Service, asked: str, fact: str
) -> None:
    asking = demonstration.asking
    answer = asking.answer(asking.question(asked))
    assert answer.outcome is Outcome.ANSWERED
    assert fact in answer.text
