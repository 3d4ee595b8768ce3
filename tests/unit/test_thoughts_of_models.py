"""What a model thinks before it replies is no part of its reply, and does not count as one."""

import pytest

from kb_service.asking.drafting.model_calls import RanAway, StreamedReply, write
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault
from tests.factories import returned
from tests.fakes import ScriptedModel

SAID = "签注免费。[1]"
LONG = "".join(f"第{number}步，看看第{number}条怎么说。" for number in range(900))


def written(reply: str) -> str:
    return returned(write(ScriptedModel(reply), "规则", "问题", until=60.0, clock=lambda: 0.0)).strip()


@pytest.mark.parametrize(
    "thoughts",
    [
        "<think>是不是[1]？</think>",
        "\n <think>\n</think>\n\n",
        "先看第一段……\n</think>\n",
        "<thinking>想</thinking>",
        "◁think▷想◁/think▷",
        "[THINK]想[/THINK]",
        "<|begin_of_thought|>想<|end_of_thought|>\n",
        "<seed:think>想</seed:think>",
        "<|channel|>analysis<|message|>想<|end|><|start|>assistant<|channel|>final<|message|>",
        "<think>一</think><think>二</think>",
        "<think >想</think >",
        f"<think>{LONG}</think>",
        f"{LONG}</think>",
        f"<think>{'根据第三条的规定，签注免费；' * 90}</think>",
    ],
    ids=range(14),
)
def test_a_reply_is_what_follows_the_thoughts_however_long_they_are(thoughts: str) -> None:
    assert written(thoughts + SAID) == SAID


@pytest.mark.parametrize(
    "reply",
    [
        f"<answer>{SAID}</answer>",
        f"<think>想</think>\n<answer>\n{SAID}\n</answer>\n",
        f"{SAID}<|im_end|>",
        f"<|begin_of_thought|>想<|end_of_thought|>\n<|begin_of_solution|>\n{SAID}\n<|end_of_solution|>",
        f"{SAID}</s>",
    ],
)
def test_marks_around_a_reply_are_no_part_of_it(reply: str) -> None:
    assert written(reply) == SAID


@pytest.mark.parametrize("reply", ["", "  \n", "<think>想了很久", "<think>想</think>", "想</think>\n"])
def test_thoughts_alone_are_no_reply(reply: str) -> None:
    with pytest.raises(ModelUnavailable) as nothing:
        written(reply)
    assert nothing.value.fault is ModelFault.EMPTY


@pytest.mark.parametrize(
    "reply", [LONG, f"<think>想</think>{LONG}", "签" * 600, "热气球" * 90, "先到窗口领取表格，再交材料。" * 40]
)
def test_a_reply_far_too_long_or_without_end_has_run_away(reply: str) -> None:
    with pytest.raises(RanAway):
        written(reply)


def test_lines_that_resemble_each_other_are_no_loop() -> None:
    lines = "\n".join(
        f"{name}：自受理之日起5个工作日内办结。[1]" for name in ("首次申领", "换领", "补领", "签注", "注销")
    )
    assert written(lines) == lines
    assert written(f"|{'-' * 20}|{'-' * 20}|\n{SAID}").endswith(SAID)


def test_of_long_thoughts_each_new_piece_meets_their_end_alone() -> None:
    reply = StreamedReply()
    for piece in ["<think>", *(f"第{number}步。" for number in range(9000)), "</th", "ink>", SAID[:3], SAID[3:]]:
        reply.add(piece)
        assert len(reply.recent) <= 2000
    assert reply.whole() == reply.text == SAID
    assert reply.length == len(SAID)
