"""Messages as they are read in a conversation, with a catalogue and prompts that tests of conversations share."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.conversation.following import Following
from kb_service.asking.conversation.topics import Topic, topic_of_part, topic_of_turns
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Answer, Clarification, Complaint, HandOver, Option, Outcome, Reason
from kb_service.domain.matters import Matter
from tests.factories import NOON, day, question
from tests.fakes import knowing

PROMPTS = Path(__file__).parents[1] / "prompts"
CONVERTER = OpenCCConverter()
LEXICON = load_lexicon(PROMPTS)
MATTERS = (
    Matter("endorsement", "居住证签注", "police", aliases=("居住证续签", "居住证到期")),
    Matter("registration", "居住登记", "police", aliases=("来沪人员登记",)),
    Matter("identity", "居民身份证办理", "police", aliases=("身份证", "补身份证", "身份证丢了")),
    Matter("passport", "普通护照办理", "police", aliases=("护照", "办护照")),
    Matter("benefit", "失业保险金申领", "labour", aliases=("失业金", "领失业金")),
    Matter("closing", "市场主体注销登记", "market", aliases=("注销公司", "公司注销")),
    Matter("wedding", "婚假生育假育儿假", "health", aliases=("婚假", "产假")),
    Matter("medical", "跨省异地就医备案", "health", aliases=("异地就医", "异地医保")),
    Matter("rent", "提取住房公积金支付房屋租赁费用", "fund", aliases=("租房提取",)),
    Matter("fund", "住房公积金提取", "fund", aliases=("公积金取钱",)),
    Matter("help", "一网通办帮办服务", "office", aliases=("转人工", "人工客服")),
)
SIGHS = ("没解决", "还是没解决", "答非所问", "你这个机器人答非所问")
LIKENESS = knowing(
    dissatisfied=(
        *SIGHS,
        "不对,签注要多少钱",
        "不对,居住证续签",
        "不对,签注要带什么",
        "不是,我问去年",
        "不是,我问的是上限",
    ),
    user_request=("转人工",),
)
READER = Reader(MATTERS, LEXICON, CONVERTER, likeness=LIKENESS)
FOLLOWING = Following(READER, LEXICON.talk.facet_phrases)
LAST_YEAR = date(2025, 12, 31)

MATTER_OPTIONS = (
    Option("居住登记", "registration"),
    Option("居住证签注", "endorsement"),
    Option("普通护照办理", "passport"),
)


def read(text: str, **fields: Any) -> Understanding:
    return READER.understand(question(text, **fields))


def carry_over(understood: Understanding, topic: Topic | None) -> Understanding:
    return FOLLOWING.readings(understood, topic)[0]


def after(earlier: str, text: str, **fields: Any) -> Understanding:
    """``text`` as it is read when ``earlier`` was asked before it."""
    return carry_over(read(text, **fields), topic_of_part(read(earlier)))


def turn(text: str, outcome: Outcome = Outcome.ANSWERED, *reasons: Reason, **fields: Any) -> Answer:
    understood = read(text)
    answer = Answer(
        answer_id="a1",
        conversation_id="c1",
        question=text,
        asked_at=NOON,
        as_of=day("2026-07-01"),
        outcome=outcome,
        text="",
        citations=(),
        evidence=(),
        notices=(),
        confidence=0.9,
        confidence_applies=True,
        confidence_version="1",
        features={},
        matter=None,
        facet=understood.facet,
        understood_as=understood.as_stored(),
        clarification=None,
        escalation=HandOver(bool(reasons), reasons),
    )
    return replace(answer, **fields)


def topic_after(turns: list[Answer]) -> Topic | None:
    return topic_of_turns(turns, names_topic=lambda text: bool(read(text).phrasing.things))


def complaint(text: str) -> Complaint:
    return read(text).phrasing.complaint


def matter_of(understood: Understanding) -> str | None:
    return understood.matter.id if understood.matter else None


def asked_back(text: str, options: tuple[Option, ...], **fields: Any) -> Answer:
    return turn(text, Outcome.CLARIFY, clarification=Clarification("哪一项？", options), **fields)
