"""Which words of which passages make an answer, and in which order."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.checking.checking import foreign_words
from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet, Matter
from kb_service.text.clauses import Span
from kb_service.text.terms import bigrams_of
from tests.factories import candidate, passage_in_version, returned, understanding

PROMPTS = Path(__file__).parents[2] / "prompts"
LEXICON = load_lexicon(PROMPTS)
WORDS = load_quoting_words(PROMPTS)


def version(
    *texts: str,
    headings: tuple[str, ...] = (),
    document_id: str = "guide",
    **fields: str | None,
) -> list[PassageInVersion]:
    """The passages of one version in order."""
    found = []
    for ordinal, text in enumerate(texts):
        each = passage_in_version(
            text, headings=headings, passage_id=f"{document_id}-p{ordinal}", document_id=document_id, **fields
        )
        found.append(replace(each, passage=replace(each.passage, ordinal=ordinal)))
    return found


def drafted(
    asked: str,
    candidates: Sequence[Candidate | PassageInVersion],
    *,
    facet: Facet | None = None,
    sections: Sequence[PassageInVersion] = (),
    matter: Matter | None = None,
    longest: int = 420,
) -> Draft:
    """``sections``: all passages of the version, when there are more than the candidates."""
    drafter = ExtractiveDrafter(
        sections=lambda version_id: [each for each in sections if each.passage.version_id == version_id],
        facet_headings=LEXICON.questions.facet_headings,
        converter=OpenCCConverter(),
        words=WORDS,
        say=LEXICON.say,
        nearness=lambda question, texts: [0.0 for _ in texts],
        longest=longest,
    )
    scored = [each if isinstance(each, Candidate) else candidate(each) for each in candidates]
    understood = understanding(
        asked,
        facet=facet,
        matter=matter,
        matter_name=matter.name if matter else "",
        quantity_asked=LEXICON.quantity_asked(asked),
        sides=LEXICON.reading.splitting.sides_of(asked),
    )
    return returned(drafter.draft(understood, scored, dict.fromkeys(bigrams_of(asked), 1.0)))


def lines(asked: str, *texts: str, headings: tuple[str, ...] = (), facet: Facet | None = None) -> list[str]:
    """The answer from one passage each, line by line, without marks."""
    draft = drafted(asked, version(*texts, headings=headings), facet=facet)
    return "\n".join(each.text for each in draft.statements).split("\n")


def test_the_sentence_that_answers_stands_first() -> None:
    said = lines("补证要收工本费吗", "遗失证件的向窗口申报。补证的工本费为20元。领证当天缴清。")
    assert said == ["补证的工本费为20元。", "领证当天缴清。", "遗失证件的向窗口申报。"]


def test_a_condition_is_never_left_behind_the_sentence_it_limits() -> None:
    said = lines("换证多久办好", "换证10日内办好。但材料不全的不在此列。")
    assert said[0] == "换证10日内办好。但材料不全的不在此列。"


def test_a_sentence_that_goes_on_is_read_with_the_one_before_it() -> None:
    said = lines("临时上路罚款", "自购车之日起15日内登记。这15日内可以临时上路，逾期的处罚款。")
    assert said == ["自购车之日起15日内登记。这15日内可以临时上路，逾期的处罚款。"]


def test_where_amounts_are_asked_a_sentence_without_any_does_not_lead() -> None:
    assert lines("登记多少钱", "登记先到登记窗口取登记表。每件收80元。")[0] == "每件收80元。"


def test_of_two_groups_asked_about_together_each_is_told() -> None:
    said = lines("男的女的分别几岁退休", "女职工逐步延到58岁。", "男职工原来60岁退休，逐步延到63岁。")
    assert {"女职工逐步延到58岁。", "男职工原来60岁退休，逐步延到63岁。"} <= set(said)


def test_what_something_changed_by_is_told_to_who_asks_for_that_only() -> None:
    texts = ("延长领取期间每月增加40元。", "失业金按月分档：延长领取期间，每月1690元。")
    assert lines("延长领取期间每月多少元", *texts)[0] == texts[1]
    assert lines("延长领取期间每月增加多少元", *texts)[0] == texts[0]


def test_who_is_below_an_age_is_not_of_that_age() -> None:
    table = "年龄 | 有效期\n未满16周岁 | 5年\n16周岁至25周岁 | 10年"
    assert "5年" in lines("没到16岁管几年", table)[0]
    assert "10年" in lines("16岁管几年", table)[0]


@pytest.mark.parametrize("asked", ["鸽子不登记罚多少", "鸽子没登记罚多少"])
def test_who_asks_of_not_doing_something_reads_first_what_follows_from_not_doing_it(asked: str) -> None:
    said = lines(asked, "放飞鸽子扰民的，罚款五百元，注销鸽子登记。没有登记的，先责令改正，再罚款一百元。")
    assert said[0] == "没有登记的，先责令改正，再罚款一百元。"


def test_who_asks_whether_or_not_does_not_ask_of_not_doing_it() -> None:
    said = lines("能不能登记，罚多少", "登记过的扰民罚款五百元。没有登记的罚款一百元。")
    assert said[0].startswith("登记过的扰民罚款五百元。")


def test_what_the_talk_is_of_need_not_be_said_again_for_a_no() -> None:
    texts = version("着急的可以到窗口申请快证。快证不能在网上申请。", "网上入口：打开网站搜索登记。")
    matter = Matter("fast", "居住证快证办理", "police")
    draft = drafted("网上能申请吗", texts, facet=Facet.ONLINE_ENTRY, matter=matter)
    assert draft.statements[0].text.startswith("不可以，快证不能在网上申请。")


def test_sources_and_greetings_are_not_quoted() -> None:
    text = "大家好，这一集讲换证。\n换证不收费。\n来源：换证办法的转述。\n祝您顺利。"
    assert lines("换证收费吗", text) == ["换证不收费。"]


def test_the_row_that_is_asked_about_is_said_as_a_sentence() -> None:
    table = "情形 | 费用\n首次申请 | 0元\n遗失补领 | 30元"
    assert lines("遗失补领多少钱", table, headings=("收费",)) == ["收费：遗失补领，30元。"]


@pytest.mark.parametrize("question", ["缴存基数下限和上限分别是多少", "缴存基数的上限和下限是多少"])
def test_rows_that_are_asked_about_together_are_both_said(question: str) -> None:
    table = "项目 | 标准\n缴存基数下限 | 2740元\n缴存基数上限 | 37731元\n缴存比例 | 5%至7%"
    assert lines(question, table) == ["缴存基数下限：2740元；缴存基数上限：37731元。"]


def test_a_row_of_several_columns_names_them() -> None:
    table = "序号 | 种类 | 带什么 | 时间\n1 | 婚姻档案 | 身份证 | 半小时\n2 | 学籍档案 | 学生证 | 一小时"
    assert lines("学籍档案带什么", table) == ["学籍档案：带什么 学生证，时间 一小时。"]


def test_rows_that_say_the_same_of_several_things_are_said_once() -> None:
    rows = "婚姻档案 | 身份证 | 半小时\n学籍档案 | 学生证 | 一小时\n兵役档案 | 身份证 | 半小时"
    found = version(f"种类 | 带什么 | 时间\n{rows}", headings=("所需材料",))
    draft = drafted("档案要什么材料", found, facet=Facet.MATERIALS)
    said = "婚姻档案、兵役档案，带什么 身份证，时间 半小时；学籍档案，带什么 学生证，时间 一小时。"
    assert draft.statements[0].text == f"所需材料：{said}"


def test_notes_below_a_table_are_read_as_sentences_and_not_under_its_columns() -> None:
    table = "序号 | 种类 | 带什么 | 时间\n1 | 学籍档案 | 学生证 | 一小时\n2 | 兵役档案 | 退伍证 | 半天\n"
    notes = "说明： | 一共两类。 | 打电话问馆员。 | 周日不开馆。"
    assert lines("周日开馆吗", table + notes)[0] == "周日不开馆。"


def test_the_source_of_a_text_is_quoted_only_to_who_asks_for_it() -> None:
    text = "换证不收费。\n文号：沪养蜂规〔2031〕7号。"
    assert lines("换证收费吗", text, facet=Facet.FEE) == ["换证不收费。"]
    assert lines("换证的文号", text, facet=Facet.LEGAL_BASIS)[0] == "文号：沪养蜂规〔2031〕7号。"


@pytest.mark.parametrize("asked", ["换证依据哪个文件", "换证的法律依据是什么", "换证依照哪一条规定"])
def test_who_asks_for_the_basis_gets_a_law_or_document(asked: str) -> None:
    text = "换证先登记，再依据登记表换证。《养蜂办法》第十二条规定了换证。"
    assert lines(asked, text, facet=Facet.LEGAL_BASIS)[0] == "《养蜂办法》第十二条规定了换证。"


def test_who_asks_for_a_fine_gets_money_and_not_another_number() -> None:
    assert lines("养蜂不登记罚多少", "养蜂不登记的，每户限养一箱。不登记的罚款二百元。")[0] == "不登记的罚款二百元。"


def test_the_row_is_found_by_the_figure_of_the_question() -> None:
    text = "每月津贴：\n65岁至69岁 75元\n70岁至79岁 150元\n80岁至89岁 180元"
    assert lines("我今年72岁，津贴多少", text) == ["每月津贴：70岁至79岁 150元。"]


def test_a_list_that_is_asked_for_is_given_whole_and_with_its_heading() -> None:
    text = "1. 身份证；\n2. 申请表；\n3. 近期照片。"
    assert lines("要带什么材料", text, headings=("所需材料",), facet=Facet.MATERIALS) == [
        "所需材料：身份证；申请表；近期照片。"
    ]


def test_one_item_answers_with_the_line_it_hangs_from() -> None:
    text = "有下列情形之一的可以提取：\n（一）购买住房；\n（二）出境定居；\n（三）离休退休；\n" + "说明。" * 30
    assert lines("出境定居可以提取吗", text)[0] == "有下列情形之一的可以提取：出境定居。"


def test_a_list_all_of_whose_items_count_is_never_cut_to_one() -> None:
    text = "三条要同时满足：\n1. 缴费满一年；\n2. 已办失业登记；\n3. 非本人意愿中断就业。"
    assert lines("缴费满一年能领吗", text) == ["三条要同时满足：缴费满一年；已办失业登记；非本人意愿中断就业。"]


@pytest.mark.parametrize(
    ("asked", "text", "first"),
    [
        ("外地驾照能换本市驾照吗", "外地驾照可以换本市驾照。", "可以，外地驾照可以换本市驾照。"),
        ("网上能办快证吗", "快证不能在网上办。", "不可以，快证不能在网上办。"),
        ("签注要不要交费", "签注不收取费用。", "不需要，签注不收取费用。"),
        ("换证能不能代办", "年满八十岁并且卧床的老人可以代办换证。", "年满八十岁并且卧床的老人可以代办换证。"),
        ("这笔钱能不能提取", "符合条件的，一般可以提取这笔钱。", "符合条件的，一般可以提取这笔钱。"),
        ("换证几天", "换证可以当天办好。", "换证可以当天办好。"),
        ("晚几天换证要紧吗", "换证应当在到期前办理。", "换证应当在到期前办理。"),
        ("签注要不要交费", "首次签注免费。", "首次签注免费。"),
        ("养大型犬可以吗", "个人不得养大型犬。", "不可以，个人不得养大型犬。"),
    ],
)
def test_yes_or_no_stands_first_only_where_it_is_asked_and_sure(asked: str, text: str, first: str) -> None:
    assert lines(asked, text) == [first]


def test_no_stands_before_a_bare_yes_where_more_is_asked_than_the_limit() -> None:
    assert lines("可以早退休5年吗？", "可以。早退休最多3年。") == ["不可以，早退休最多3年。"]


def test_a_no_to_what_is_asked_leads_before_the_section_of_the_facet() -> None:
    found = version("搜索“养蜂备案”。", headings=("网上办理入口",)) + version(
        "快证不能在网上办。", headings=("哪些能办",)
    )
    found[1] = replace(found[1], passage=replace(found[1].passage, id="guide-p1", ordinal=1))
    bees = Matter("bees", "快证", "farming")
    draft = drafted("快证能网上办吗", found, facet=Facet.ONLINE_ENTRY, matter=bees)
    assert draft.statements[0].text == "不可以，快证不能在网上办。"


def test_a_bare_yes_of_a_text_stays_where_yes_or_no_is_asked() -> None:
    assert lines("可以早退休吗", "可以。早退休最多3年。") == ["可以，早退休最多3年。"]
    assert lines("早退休最多几年", "可以。早退休最多3年。") == ["早退休最多3年。"]


def test_the_number_of_an_article_is_shown_only_to_who_asks_for_an_article() -> None:
    assert lines("补贴标准", "第三条　补贴标准为最低工资的50%。") == ["补贴标准为最低工资的50%。"]
    assert lines("第三条说什么", "第三条　补贴标准为最低工资的50%。") == ["第三条　补贴标准为最低工资的50%。"]


def test_another_version_is_not_mixed_in() -> None:
    other = version("签注30日内办好。", document_id="other")
    draft = drafted("签注多久", [*version("签注10日内办好。"), *other])
    assert [quote.text for quote in draft.quotes] == ["签注10日内办好。"]


def test_where_to_go_is_the_last_line_after_materials() -> None:
    materials = version("身份证；\n申请表；", headings=("所需材料",), document_id="guide")
    place = [
        passage_in_version("任一受理中心。", headings=("办理地点",), passage_id="place", document_id="guide"),
    ]
    draft = drafted("带什么材料", materials, facet=Facet.MATERIALS, sections=[*materials, *place])
    assert draft.statements[-1].text == "地点：任一受理中心。"


def test_the_entry_is_the_last_line_where_it_is_asked_how_it_is_done_online() -> None:
    steps = version("提交申请；\n领取结果；", headings=("办理流程",), document_id="guide")
    others = [
        passage_in_version("任一受理中心。", headings=("办理地点",), passage_id="place", document_id="guide"),
        passage_in_version("搜索“养蜂备案”。", headings=("网上办理入口",), passage_id="entry", document_id="guide"),
    ]
    draft = drafted("网上怎么办", steps, facet=Facet.STEPS, sections=[*steps, *others])
    assert draft.statements[-1].text == "网上入口：搜索“养蜂备案”。"


GUIDE = [
    passage_in_version("提交申请；\n核对材料；", headings=("办理流程",), passage_id="steps", document_id="bees"),
    passage_in_version(
        "养蜂备案后怎么办蜂箱编号，问镇政府。", headings=("备案后怎么办",), passage_id="after", document_id="bees"
    ),
    passage_in_version("养蜂备案每件30日内办结。", headings=("办理时限",), passage_id="time", document_id="bees"),
    passage_in_version(
        "备案证长期有效。养蜂备案3年一查。", headings=("有效期",), passage_id="validity", document_id="bees"
    ),
    passage_in_version("来源没有写明收费。", headings=("收费",), passage_id="fee", document_id="bees"),
    passage_in_version("养蜂备案的补贴每年200元。", headings=("补贴",), passage_id="money", document_id="bees"),
]


@pytest.mark.parametrize(
    ("asked", "facet", "first"),
    [
        ("养蜂备案怎么办", Facet.STEPS, "办理流程：提交申请；核对材料。"),
        ("养蜂备案要多久", Facet.TIME_LIMIT, "养蜂备案每件30日内办结。"),
        ("养蜂备案有效期多久", Facet.TIME_LIMIT, "养蜂备案3年一查。"),
        ("养蜂备案多少钱", Facet.FEE, "养蜂备案的补贴每年200元。"),
    ],
)
def test_who_asks_for_a_facet_of_a_matter_and_nothing_else_gets_the_section_that_answers(
    asked: str, facet: Facet, first: str
) -> None:
    bees = Matter("bees", "养蜂备案", "farming")
    ahead = [candidate(each, score) for score, each in enumerate(GUIDE)]
    draft = drafted(asked, ahead, facet=facet, matter=bees)
    assert draft.statements[0].text.split("\n")[0] == first


@pytest.mark.parametrize("longest", [20, 40, 80, 420])
def test_every_word_of_an_answer_stands_in_its_quotes(longest: int) -> None:
    items = "1. 身份证；\n2. 申请表，写明**原因**。\n"
    text = f"第一条　下列材料一并提交：\n{items}未满16周岁的，由监护人代办。\n来源：某办法。"
    found = version(text, headings=("一、所需材料",))
    draft = drafted("提交什么材料", found, facet=Facet.MATERIALS, longest=longest)
    openings = LEXICON.answer_openings
    assert [foreign_words(each, draft.quotes, wording=openings) for each in draft.statements] == [[]]


def test_a_word_that_stands_in_no_quote_is_found() -> None:
    (found,) = version("工本费240元。")
    quotes = (Quote(found, Span(0, 8)),)
    assert foreign_words(Statement("工本费40元。", (0,)), quotes, wording=()) == ["工本费40元"]
    assert foreign_words(Statement("费用：工本费240元。", (0,)), quotes, wording=("费用：",)) == []


def test_a_notice_that_says_all_in_its_title_is_quoted() -> None:
    notice = "烟火从零时起施放238秒。"
    (said,) = version(notice, title=notice)
    (other,) = version("烟火施放在八月十五日。", document_id="other")
    draft = drafted("烟火施放多久", [candidate(said, 3.0), candidate(other, 1.0)])
    assert draft.statements[0].text == notice


def test_a_passage_that_tells_of_the_text_only_is_passed_over() -> None:
    head = version("本文为演示文本，非官方文件。\n文号：某〔2026〕7号")
    (rule,) = version("签注免费。", document_id="other")
    draft = drafted("签注", [candidate(head[0], 3.0), candidate(rule, 1.0)])
    assert [each.text for each in draft.statements] == ["签注免费。"]
