"""Replies of the documented shapes for the pages' tests. The texts are invented for these tests."""

from typing import Any

Json = dict[str, Any]

TODAY = "2026-11-22"
CONVERSATION = "c-1"

# Characters beyond the 16-bit plane stand before the quote: an offset counted in UTF-16 units lands eight short.
RARE_NAMES = "𠮷、𡃁、𠀋、😀、𪚥、𠂇、🀄、𝄞"
QUOTE = "居住证持有人应当在居住每满一年之日前一个月内，到社区事务受理中心办理签注。"
GUIDE_TEXT = "\n".join(
    [
        "居住证办事指南（演示文本）",
        f"第一条　姓名中含有生僻字（如 {RARE_NAMES}）的，按身份证件上的写法填写。",
        *(
            f"第{number}条　这一条只为让正文长过一屏，内容为演示。办理时请携带有效身份证件原件。"
            for number in range(2, 40)
        ),
        f"第四十条　{QUOTE}逾期未办理的，使用功能中止；补办后恢复。",
        *(f"第{number}条　这一条只为让正文长过一屏，内容为演示。" for number in range(41, 80)),
    ]
)
VIDEO_TEXT = "打开随申办，点“居住证”。\n选择“签注”，核对地址后提交。\n"
HOSTILE = '<img src=x onerror="window.wasInjected=1"><script>window.wasInjected=1</script>'
HOSTILE_TEXT = f"第一条　{HOSTILE}到此为止。"

POLICE = {"id": "police", "name": "上海市公安局", "phone": "021-12345678", "hours": "周一至周五 9:00-17:30"}


def version(version_id: str, title: str, text: str, **changes: Any) -> Json:
    return {
        "version_id": version_id,
        "document_id": f"d-{version_id}",
        "title": title,
        "kind": "procedure",
        "text": text,
        "effective_from": "2026-07-01",
        "effective_to": None,
        "department": POLICE["name"],
        "source_url": "https://example.gov.cn/guide",
        "document_number": "沪演示〔2026〕1号",
        "issued_on": "2026-06-15",
        "withdrawn": False,
    } | changes


VERSIONS: dict[str, Json] = {
    "v-guide": version("v-guide", "居住证办事指南", GUIDE_TEXT, effective_to="2027-07-01"),
    "v-old": version(
        "v-old",
        "居住证暂行办法",
        "旧办法：每两年签注一次。\n年度 | 下限\n2025 | 100 元",
        effective_from="2020-01-01",
        effective_to="2026-07-01",
    ),
    "v-video": version("v-video", "手把手：居住证网上签注", VIDEO_TEXT, kind="video", effective_from="2027-01-01"),
    "v-hostile": version("v-hostile", HOSTILE, HOSTILE_TEXT, source_url="javascript:window.wasInjected=1"),
}


def citation(mark: int, version_id: str, quote: str, **changes: Any) -> Json:
    cited = VERSIONS[version_id]
    start = cited["text"].index(quote)
    not_cited = ("text", "document_number", "issued_on", "withdrawn")
    return {
        **{name: value for name, value in cited.items() if name not in not_cited},
        "mark": mark,
        "passage_id": f"p-{version_id}",
        "heading_path": [cited["title"], "第四章　签注"],
        "page": None,
        "second": None,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
    } | changes


def possible(version_id: str, quote: str) -> Json:
    names = (
        "document_id",
        "version_id",
        "passage_id",
        "title",
        "quote",
        "start",
        "end",
        "effective_from",
        "effective_to",
    )
    cited = citation(1, version_id, quote)
    return {name: cited[name] for name in names} | {"matter_id": None, "withdrawn": False}


def answer(answer_id: str, question: str, outcome: str, text: str, **changes: Any) -> Json:
    return {
        "answer_id": answer_id,
        "conversation_id": CONVERSATION,
        "question": question,
        "asked_at": "2026-11-22T10:00:00+08:00",
        "as_of": TODAY,
        "outcome": outcome,
        "text": text,
        "citations": [],
        "evidence": [],
        "notices": [],
        "confidence": 0.9,
        "confidence_applies": True,
        "matter": None,
        "facet": None,
        "understood_as": {"text": question, "matter_id": None, "facet": None, "region": None, "audience": None},
        "clarification": None,
        "escalation": {"recommended": False, "reasons": [], "department": POLICE},
        "related_questions": [],
        "produced_by": {"is_ai": True, "label": "引用原文，由人工智能选取", "method": "quotation"},
    } | changes


def _answered() -> Json:
    return answer(
        "a-answered",
        "居住证什么时候签注？",
        "answered",
        f"{QUOTE}[1]\n\n网上办理：选择“签注”，核对地址后提交。[2] 以前的办法是每两年签注一次。[3] 括号 [9] 不是引用。",
        citations=[
            citation(1, "v-guide", QUOTE, page=3),
            citation(2, "v-video", "选择“签注”，核对地址后提交。", second=245),
            citation(3, "v-old", "每两年签注一次"),
        ],
        notices=[
            {
                "kind": "scheduled_successor",
                "text": "自 2027-07-01 起施行新的居住证办事指南。",
                "document_id": "d-1",
                "effective_from": "2027-07-01",
            },
            {
                "kind": "scheduled_end",
                "text": "网上签注的试行规定到 2027-12-31 为止。",
                "document_id": "d-2",
                "effective_from": "2028-01-01",
            },
        ],
        matter={"id": "m-endorse", "name": "居住证签注"},
        related_questions=["居住证签注要带什么材料？"],
    )


def _handed_over() -> Json:
    return answer(
        "a-handed",
        "我的件到哪一步了？",
        "handed_over",
        "这个问题需要工作人员查看您的办件记录，我看不到。",
        confidence=0.2,
        escalation={
            "recommended": True,
            "reasons": ["needs_personal_data", "low_confidence"],
            "department": POLICE,
            "channel": "queue",
            "available_now": False,
            "opens_at": "2026-11-23T09:00:00+08:00",
            "first_response_due": "2026-11-23T09:01:00+08:00",
            "summary": "咨询居住证办件进度，需查询本人办件信息。",
        },
    )


def _clarify() -> Json:
    return answer(
        "a-clarify",
        "签注怎么办？",
        "clarify",
        "您问的是哪一种签注？",
        clarification={
            "question": "您问的是哪一种签注？",
            "options": [
                {"label": "居住证签注", "matter_id": "m-endorse"},
                {"label": "港澳通行证签注", "matter_id": "m-permit", "region": None, "audience": None},
                {"label": "浦东新区的签注", "matter_id": None, "region": "上海市/浦东新区", "audience": "person"},
            ],
        },
    )


def _hostile() -> Json:
    return answer(
        "a-hostile",
        f"注入 {HOSTILE}",
        "answered",
        f"{HOSTILE} [1] 详见 javascript:alert(1) 或 https://example.gov.cn/a?b=1 。",
        citations=[citation(1, "v-hostile", HOSTILE, heading_path=[HOSTILE])],
        notices=[{"kind": "scheduled_end", "text": HOSTILE, "document_id": "d", "effective_from": "2027-01-01"}],
        related_questions=[HOSTILE],
    )


def _no_source() -> Json:
    return answer(
        "a-none",
        "火星签证怎么办？",
        "no_source",
        "没有找到现行有效的资料能回答这个问题，所以我不作答。",
        confidence=0.03,
        escalation={"recommended": True, "reasons": ["no_source"], "department": None},
        possible=[possible("v-guide", QUOTE), possible("v-hostile", HOSTILE)],
    )


def _in_distress() -> Json:
    return answer(
        "a-distress",
        "我不想活了",
        "handed_over",
        "您不必独自面对，可以随时拨打 12356。",
        escalation={
            "recommended": True,
            "reasons": ["distress"],
            "department": None,
            "available_now": False,
            "opens_at": "2026-11-23T09:00:00+08:00",
            "summary": "用户询问：我不想活了",
        },
    )


def _tabular() -> Json:
    return answer(
        "a-table",
        "缴费表",
        "answered",
        "年度 | 下限 | 上限\n2025 | 100 元 | 200 元\n2026 | 110 元 | 220 元[1]\n另见 A | B 两处。[1]",
        citations=[citation(1, "v-old", "2025 | 100 元")],
    )


def _follow_up() -> Json:
    return answer(
        "a-follow-up",
        "那要钱吗？",
        "answered",
        "每两年签注一次。[1]",
        citations=[citation(1, "v-old", "每两年签注一次")],
        matter={"id": "m-endorse", "name": "居住证签注"},
        understood_as={"text": "居住证签注 要钱吗", "matter_id": "m-endorse", "carried_over": ["matter"]},
    )


def _in_parts() -> Json:
    return answer(
        "a-parts",
        "签注多久一次？我的件到哪一步了？",
        "answered",
        "关于“签注多久一次”：\n每两年签注一次。[1]\n\n关于“我的件到哪一步了”：\n我看不到您的办件记录。",
        citations=[citation(1, "v-old", "每两年签注一次")],
        escalation={"recommended": True, "reasons": ["needs_personal_data"], "department": POLICE},
    )


def _of_a_picture() -> Json:
    return answer(
        "a-picture", "（见图）", "answered", "每两年签注一次。[1]", citations=[citation(1, "v-old", "每两年签注一次")]
    )


_MADE = (
    _answered(),
    _handed_over(),
    _clarify(),
    _hostile(),
    _no_source(),
    _in_distress(),
    _tabular(),
    _follow_up(),
    _in_parts(),
    _of_a_picture(),
)
ANSWERS: dict[str, Json] = {made["answer_id"]: made for made in _MADE}


def answer_to(question: str, matter_id: str | None) -> Json:
    """The canned answer whose subject the question names; the answered one otherwise."""
    if not question:
        return ANSWERS["a-picture"]
    if "那要钱" in question:
        return ANSWERS["a-follow-up"]
    if "多久一次" in question:
        return ANSWERS["a-parts"]
    if "注入" in question:
        return ANSWERS["a-hostile"]
    if "缴费表" in question:
        return ANSWERS["a-table"]
    if "火星" in question:
        return ANSWERS["a-none"]
    if "不想活" in question:
        return ANSWERS["a-distress"]
    if "我的件" in question:
        return ANSWERS["a-handed"]
    if "签注怎么办" in question and matter_id is None:
        return ANSWERS["a-clarify"]
    return ANSWERS["a-answered"]


def hit(version_id: str, text: str, score: float, **changes: Any) -> Json:
    """A search hit: a citation without mark and quote, with its passage's text and score."""
    cited = citation(0, version_id, text)
    return (
        {key: value for key, value in cited.items() if key not in ("mark", "quote")}
        | {"passage_id": f"p-{version_id}-{score}", "text": text, "score": score}
        | changes
    )


HITS: list[Json] = [
    hit("v-guide", QUOTE, 0.93, page=3),
    hit("v-video", "选择“签注”，核对地址后提交。", 0.71, second=245),
    hit("v-hostile", HOSTILE, 0.2),
]
