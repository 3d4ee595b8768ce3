"""Who greets or takes leave, who complains, and when a conversation has failed."""

import pytest

from kb_service.asking.conversation.topics import failures_in_a_row
from kb_service.domain.answers import (
    Answer,
    Complaint,
    Outcome,
    Reason,
)
from tests.conversations import MATTER_OPTIONS, SIGHS, after, asked_back, complaint, matter_of, read, turn


@pytest.mark.parametrize(
    "text",
    [
        "谢谢",
        "谢谢你啊",
        "算了",
        "那算了不问了",
        "好的明白了",
        "嗯，知道了谢谢",
        "再见",
        "不用了",
        "算了，我直接过去问",
        "好的，那我明天去办，辛苦了",
    ],
)
def test_who_takes_leave_is_not_greeted(text: str) -> None:
    understood = read(text)
    assert understood.is_courtesy and understood.phrasing.takes_leave


@pytest.mark.parametrize(
    "text", ["算了，护照要带什么", "好的，那我办护照，谢谢", "好的，那要多少钱，谢谢", "老板不给报，谢谢"]
)
def test_who_goes_on_asking_takes_no_leave(text: str) -> None:
    assert not read(text).is_courtesy


@pytest.mark.parametrize("text", ["你好", "您好，在吗", "你是谁"])
def test_who_begins_is_greeted(text: str) -> None:
    understood = read(text)
    assert understood.is_courtesy and not understood.phrasing.takes_leave


@pytest.mark.parametrize("text", SIGHS)
def test_a_complaint_about_the_answer_is_recognised(text: str) -> None:
    assert complaint(text) is Complaint.ONLY


def test_a_complaint_with_a_question_is_a_question() -> None:
    assert complaint("不对,签注要多少钱") is Complaint.WITH_QUESTION
    assert complaint("不对,居住证续签") is Complaint.WITH_QUESTION
    assert complaint("不是,我问的是上限") is Complaint.WITH_QUESTION


def test_a_correction_that_names_a_day_is_a_question() -> None:
    assert complaint("不是，我问去年") is Complaint.NONE


def failures(*turns: Answer) -> int:
    return failures_in_a_row(turns)


UNANSWERED = turn("社保卡多少钱", Outcome.NO_SOURCE, Reason.NO_SOURCE)
ANSWERED = turn("居住证签注多少钱")
THANKS = turn("谢谢", Outcome.COURTESY)
COMPLAINT = turn("没解决", Outcome.CLARIFY)


def test_failures_are_counted_back_to_the_last_success() -> None:
    assert failures() == 0
    assert failures(UNANSWERED, ANSWERED) == 0
    assert failures(ANSWERED, UNANSWERED) == 1
    assert failures(ANSWERED, UNANSWERED, THANKS, UNANSWERED) == 2


def test_an_answer_that_is_complained_of_failed() -> None:
    assert failures(ANSWERED, COMPLAINT) == 1
    assert failures(ANSWERED, COMPLAINT, COMPLAINT) == 2
    assert failures(ANSWERED, turn("不对，签注要带什么")) == 0  # the second one was answered and not complained of
    assert failures(ANSWERED, turn("不对，签注要带什么", Outcome.NO_SOURCE, Reason.NO_SOURCE)) == 2


def test_what_goes_elsewhere_is_no_failure() -> None:
    assert failures(turn("转人工", Outcome.HANDED_OVER, Reason.USER_REQUEST)) == 0
    assert failures(turn("我要投诉", Outcome.OUT_OF_SCOPE, Reason.OUT_OF_SCOPE)) == 0
    assert failures(UNANSWERED, asked_back("能邮寄吗", MATTER_OPTIONS)) == 1


def test_a_complaint_keeps_its_words_and_goes_to_the_department_of_the_matter() -> None:
    read_after = after("居住证签注多少钱", "还是没解决")
    assert (read_after.text, matter_of(read_after)) == ("还是没解决", "endorsement")
