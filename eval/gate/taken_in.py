"""Into which passages made-up texts are cut, under which headings, and what of one is searched for, worked out by
hand."""

from collections.abc import Iterator
from pathlib import Path

from eval.gate.component_measures import Case, Measured
from ingestion.parsing.blocks import Block, BlockKind, heading, paragraph
from ingestion.splitting import split
from ingestion.structure import structure
from ingestion.surfaces import Surfacing
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.domain.documents import Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.ports import ScriptConverter

# Characters. Short, so that a person can count.
_TARGET, _LONGEST = 40, 80
_SHOWN = 30

# The headings above a passage and its words.
_Cut = tuple[tuple[str, ...], str]


def of_taking_in(prompts: Path, converter: ScriptConverter) -> list[Measured]:
    surfacing = Surfacing(converter, lambda name: {"kites": "风筝放飞"}.get(name, name), load_quoting_words(prompts))
    return [Measured("taken_in.rules", (*_of_cutting(), *_of_surfaces(surfacing)))]


def _of_cutting() -> Iterator[Case]:
    for name, (blocks, expected) in _TEXTS.items():
        structured = structure(blocks)
        found = [
            (each.heading_path, structured.text[each.start : each.end])
            for each in split(structured, target_characters=_TARGET, longest_characters=_LONGEST)
        ]
        wrong = next((each for each in found if each not in expected), None) or next(
            (each for each in expected if each not in found), None
        )
        note = "" if found == expected else f"{'›'.join(wrong[0])}: {wrong[1][:_SHOWN]}" if wrong else "another order"
        yield Case(name, name, float(found == expected), note=note)


def _table(*rows: str) -> Block:
    return Block(BlockKind.TABLE, "\n".join(rows))


_TITLE = heading("放飞指南", 1)
_LEAD_IN = "申请夜间放飞许可证的个人和单位，应当一并提交下列材料："
_FIRST, _SECOND = "（一）放飞场地的平面图和场地所有人同意放飞的书面证明；", "（二）风筝照片。"
_LONG = "放飞前应当查看当天的天气预报和公园门口的公告。", "风力超过五级的，停止放飞。", "收线后把线轴交回东门管理处。"
_HEADER = "场地 | 每次收费"
_ROWS = tuple(
    f"{place}的大草坪和小草坪 | {fee}元" for place, fee in (("东门", 5), ("西门", 6), ("南门", 7), ("北门", 8))
)
_OTHERS = tuple(f"{place}的大草坪和小草坪 | {fee}元" for place, fee in (("湖心", 9), ("湖东", 3), ("湖西", 4)))

# An article is one passage up to the longest, whatever the target; what stands under one heading is joined up to the
# target and cut at sentences; what ends with a colon stays with what it introduces; later pieces of a long table are
# told its header.
_TEXTS: dict[str, tuple[list[Block], list[_Cut]]] = {
    "一条一段": (
        [
            paragraph("第一章　总则"),
            paragraph("第一条　为了管理放飞，制定本办法。"),
            paragraph("第二条　本市放飞，适用本办法。"),
            paragraph("第二章　放飞"),
            paragraph("第三条　放飞应当在空地上。"),
        ],
        [
            (("第一章 总则", "第一条"), "第一条　为了管理放飞，制定本办法。"),
            (("第一章 总则", "第二条"), "第二条　本市放飞，适用本办法。"),
            (("第二章 放飞", "第三条"), "第三条　放飞应当在空地上。"),
        ],
    ),
    "第几条之一": (
        [paragraph("第一条　放飞免费。"), paragraph("第一条之一　比赛收费。"), paragraph("第二条　日落收线。")],
        [
            (("第一条",), "第一条　放飞免费。"),
            (("第一条之一",), "第一条之一　比赛收费。"),
            (("第二条",), "第二条　日落收线。"),
        ],
    ),
    "引用的条号": (
        [paragraph("第一条　线长不超过八十米。"), paragraph("第二条规定的比赛除外。")],
        [(("第一条",), "第一条　线长不超过八十米。\n第二条规定的比赛除外。")],
    ),
    "一条里的各项": (
        [
            paragraph("第一条　有下列情形之一的，任何单位和个人不得在公园里放飞："),
            paragraph("（一）风力超过五级的；"),
            paragraph("（二）公园关门以后的。"),
        ],
        [
            (
                ("第一条",),
                "第一条　有下列情形之一的，任何单位和个人不得在公园里放飞：\n"
                "（一）风力超过五级的；\n（二）公园关门以后的。",
            )
        ],
    ),
    "一段写几条": (
        [paragraph("第一条　放飞免费。第二条　日落收线。")],
        [(("第一条",), "第一条　放飞免费。"), (("第二条",), "第二条　日落收线。")],
    ),
    "标题分层": (
        [
            _TITLE,
            heading("办理条件", 2),
            paragraph("年满十六周岁。"),
            heading("收费", 2),
            paragraph("每次五元。"),
        ],
        [(("办理条件",), "年满十六周岁。"), (("收费",), "每次五元。")],
    ),
    "中文编号的标题": (
        [paragraph("一、办理条件"), paragraph("年满十六周岁。"), paragraph("二、收费"), paragraph("每次五元。")],
        [(("一、办理条件",), "年满十六周岁。"), (("二、收费",), "每次五元。")],
    ),
    "短的合在一起": (
        [
            _TITLE,
            heading("收费", 2),
            paragraph("每次五元。"),
            paragraph("儿童免费。"),
            heading("时间", 2),
            paragraph("白天。"),
        ],
        [(("收费",), "每次五元。\n儿童免费。"), (("时间",), "白天。")],
    ),
    "引出材料的一句": (
        [_TITLE, heading("申请材料", 2), paragraph(_LEAD_IN), paragraph(_FIRST), paragraph(_SECOND)],
        [(("申请材料",), f"{_LEAD_IN}\n{_FIRST}\n{_SECOND}")],
    ),
    "长段按句分": (
        [_TITLE, heading("须知", 2), paragraph("".join((*_LONG, *_LONG)))],
        [(("须知",), _LONG[0] + _LONG[1]), (("须知",), _LONG[2] + _LONG[0]), (("须知",), _LONG[1] + _LONG[2])],
    ),
    "句间空两格": (  # the space between sentences belongs to none, and takes nothing from their ends
        [_TITLE, heading("须知", 2), paragraph("　　".join((*_LONG, *_LONG)))],
        [
            (("须知",), f"{_LONG[0]}　　{_LONG[1]}"),
            (("须知",), f"{_LONG[2]}　　{_LONG[0]}"),
            (("须知",), f"{_LONG[1]}　　{_LONG[2]}"),
        ],
    ),
    "长表各段带表头": (
        [_TITLE, heading("收费", 2), _table(_HEADER, *_ROWS, *_OTHERS)],
        [
            (("收费",), "\n".join((_HEADER, *_ROWS[:1]))),
            (("收费", _HEADER), "\n".join(_ROWS[1:3])),
            (("收费", _HEADER), "\n".join((_ROWS[3], *_OTHERS[:1]))),
            (("收费", _HEADER), "\n".join(_OTHERS[1:])),
        ],
    ),
    "短表整张": (
        [_TITLE, heading("收费", 2), _table(_HEADER, *_ROWS[:2])],
        [(("收费",), "\n".join((_HEADER, *_ROWS[:2])))],
    ),
    "视频按时间分": (
        [
            Block(BlockKind.PARAGRAPH, "先系好线。", second=0),
            Block(BlockKind.PARAGRAPH, "再逆风跑。", second=45),
            Block(BlockKind.PARAGRAPH, "然后放线。", second=46),
        ],
        [((), "先系好线。\n再逆风跑。"), ((), "然后放线。")],
    ),
    "一问一答": (
        [paragraph("问：放飞收费吗"), paragraph("答：不收费。"), paragraph("问：几点收线"), paragraph("答：日落。")],
        [(("放飞收费吗",), "答：不收费。"), (("几点收线",), "答：日落。")],
    ),
}


def _of_surfaces(surfacing: Surfacing) -> Iterator[Case]:
    """The words stand behind title and matter; other ways to ask lead to a text's first passage alone; the vector has
    no numbers of articles."""
    metadata = Metadata(
        "放飞辦法", Kind.REGULATION, similar_questions=("风筝线多长？", ""), matter_id="kites", department="park"
    )
    expected = {
        "第一段": (0, "第三条　线长不超过８０米。", "放飞办法\n风筝放飞\npark\n收费\n第三条 线长不超过80米。", 2),
        "后一段": (1, "第三条　线长不超过８０米。", "放飞办法\n风筝放飞\npark\n收费\n第三条 线长不超过80米。", 1),
        "以标题开头": (1, "放飞辦法第三条", "风筝放飞\npark\n收费\n放飞办法第三条", 1),
    }
    for name, (ordinal, text, sparse, count) in expected.items():
        passage = Passage(f"p{ordinal}", "v", ordinal, text, 0, len(text), ("收费",))
        found = surfacing.of(PassageInVersion(passage, "kite", VersionState.APPROVED, metadata))
        dense = sparse.replace("\n第三条 ", "\n")
        is_own = (found[0].sparse_text, found[0].dense_text) == (sparse, dense)
        asked = [each.dense_text for each in found[1:]]
        is_right = is_own and len(found) == count and asked == ["风筝线多长?"][: count - 1]
        yield Case(name, name, float(is_right), note=f"{found[0].sparse_text!r}, {asked}")
