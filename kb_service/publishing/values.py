"""What a text states beside the figures that `text/figures.py` reads: 五百块, 八成, 晚上九点, 半年一次, 周一, 由民政局,
原件, 投产前, 从次月起.

Each is read as a figure, so that one set of rules tells what is spoken of. Numerals, units and the grammar of negation
stand here; words that a site may change are in `prompts/contrasts.yaml`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from kb_service.publishing.quantities import MEASURE_OF
from kb_service.text.clauses import GAP
from kb_service.text.figures import Figure, FigureKind
from kb_service.text.numerals import number, plain

_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)"
_MONEY = re.compile(rf"(?P<n>{_NUMBER})块(?![地板儿])")
_TENTHS = re.compile(
    r"(?<![完年收造变构形组现生])(?P<n>[一二三四五六七八九])成(?P<half>半|[一二三四五六七八九](?![个年天人]))?(?![为立年员功长本果绩分])"
)
_PARTS = (
    (re.compile("一半|半数|减半|对折"), "50"),
    (re.compile("(?:全额|全部|全)(?=[由给]?[^，。；]{0,3}[免报返退补减])"), "100"),
)
_COUNT = re.compile(
    rf"(?<![第\d.一二两三四五六七八九十百千万几])(?P<n>{_NUMBER})个?(?P<unit>[{''.join(MEASURE_OF)}])"
    r"(?![民大员事口籍外性日月年单义额称录件头路政理地题务例目])"
)
# 一张证一次 names what is spoken of; 限一张 and 份数：一份。 count.
_COUNTS_ONE = re.compile(
    r"(?:限|只|仅|最多|至多|不超过|只能|各|共|满)[^，。；]{0,4}\x00|\x00(?=也|就|都可|即可|便可|够)"
)
_PART_OF_DAY = "上午|下午|早上|早晨|清晨|中午|晚上|夜里|夜间|凌晨|傍晚|午后|晚间|早|晚"
_TIME = re.compile(
    rf"(?P<part>{_PART_OF_DAY})?(?P<hour>\d{{1,2}}|[一二两三四五六七八九]|十[一二]?|二十[一二三四]?)"
    r"(?:(?P<point>[点时])(?P<more>半|一刻|三刻|\d{1,2}(?=分)|[一二三四五]?十五?(?=分))?(?![点个小间段候期限效])|[:：](?P<minute>[0-5]\d)(?!\d))"
)
_AFTERNOON = ("下午", "晚上", "夜里", "夜间", "傍晚", "午后", "晚间", "晚")
_DAYS = "一二三四五六日"
_NEXT_DAY = re.compile("(?:第二天|次日|隔天|翌日)(?=[才就即可能便拿领取出办])")
_WEEKDAY = re.compile(
    r"(?:周|星期|礼拜)(?P<first>[一二三四五六日天])(?:\s*[至到~—-]+\s*(?:周|星期|礼拜)?(?P<last>[一二三四五六日天]))?"
)
_NAMED_DAYS = re.compile(r"(?<![个\d一二三四五六七八九十])工作日(?!内)|双休日|周末")
_A_YEAR = {
    "年": "1",
    "半年": "2",
    "季": "4",
    "季度": "4",
    "月": "12",
    "个月": "12",
    "周": "52",
    "星期": "52",
    "天": "365",
    "日": "365",
}
_PERIOD = "半年|年|季度|季|个?月|周|星期|天|日"
_OFTEN = re.compile(
    rf"(?:每(?P<of>{_NUMBER})?(?:个|逢)?(?P<period>{_PERIOD})(?!龄)|(?P<every>半|{_NUMBER})(?P<unit>年|个月|个?季度|周|个?星期|天))(?:里头?|内|之内)?"
    rf"(?:(?!以[上下后前])[^，。；、\n\d的每]){{0,8}}?(?P<n>{_NUMBER})[次回趟遍](?![性日])"
)
_STEADILY = re.compile(
    rf"(?:每(?:个)?|按)(?P<period>{_PERIOD})(?:公布|公示|公开|发放?|更新|认证|检[验测查]|报送|上报|申报|结算|缴纳?|交|支付|领取)"
)
_SHORT_PHONE = re.compile(
    r"(?:打|拨打?|致电|电话|热线)(?:电话|热线)?[^\d，。；\n]{0,4}(?P<value>1\d{2}|1[2-9]\d{3}|9\d{4,5})(?!\d)"
)
# Whoever decides, not whoever asks: 由经纪机构办, 由用人单位办 say who brings the papers.
_OFFICE = (
    r"(?:局|厅|委|办(?![，。；]|$)|署|院|中心|街道|办事处|(?:经办|管理|登记|监管|主管|审批|受理|鉴定|认定)机构|部门|委员会|工会|支队|大队|总队|执法队|政府|管理站|服务站|[居村]委会|派出所|税务所|管理所|车管所"
    r"|法院|医院|管理处|公证处|登记处)"
)
_BY_WHOM = re.compile(
    rf"(?:由|归|经|报|向|找|须报|需报)(?P<value>(?:(?![由归经报向找转给和与、的在到，。；])[\u4e00-\u9fff]){{0,14}}?{_OFFICE})"
    r"(?=审|批|核|定|负|受|办|管|评|作|处|同意|申|投|备|登|报|反|出|发|来|统|直|提|查|组|认|确|实|承|决|进|拆|牵|许|颁|[，。；]|$)"
)
_PAPER = re.compile(
    r"(?P<value>原件|复印件|扫描件|电子版|电子件)(?:[^，。；、和与及]{0,4}(?P<no>不用|不必|无需|无须|不需|不要|不收|不看))?"
)
_BEFORE_OR_AFTER = re.compile(
    r"(?P<event>[\u4e00-\u9fff]{2,8}?)(?:之|以|开始之|开始以)?(?P<value>[前后])(?=[，,。；\d完补再才先就即须应需要办申报备登缴交提向到去一二三四五六七八九十]|$)"
)
_NO_EVENT = re.compile(r"(?:年|月|日|天|周|时|岁|目|当|此|以|之|今|最|事|先|提)$")
_START = re.compile(
    r"(?:自|从)(?!收到|受理|接到|提交|申请)(?P<value>[^，,。；;\d自从]{2,16}?)(?:之日|当日|那天|当天|之时)?(?:起|开始|算|计算|发放?)(?![点步重]|[^，。；]{0,4}[\d一二三四五六七八九十半][^，。；]{0,3}[日天月年])"
)
_FLOOR = re.compile(r"(?P<n>\d{1,2}|[一二三四五六七八九十])(?:楼|层)(?![宇道房梯])")


def values(text: str) -> Iterator[Figure]:
    """Those that state something by themselves, the more telling one first where two overlap."""
    yield from _money_and_shares(text)
    yield from _times(text)
    yield from _weekdays(text)
    yield from _counts(text)
    yield from _named(text)


def _money_and_shares(text: str) -> Iterator[Figure]:
    for match in _MONEY.finditer(text):
        if (value := number(match["n"])) is not None:
            yield Figure(FigureKind.AMOUNT, plain(value), "元", *match.span())
    for match in _TENTHS.finditer(text):
        more = match["half"]
        tail = Decimal(5) if more == "半" else number(more) if more else Decimal(0)
        yield Figure(
            FigureKind.PERCENTAGE, plain((number(match["n"]) or Decimal(0)) * 10 + (tail or 0)), "%", *match.span()
        )
    for pattern, share in _PARTS:
        for match in pattern.finditer(text):
            yield Figure(FigureKind.PERCENTAGE, share, "%", *match.span())


def _counts(text: str) -> Iterator[Figure]:
    for match in _COUNT.finditer(text):
        value = number(match["n"])
        around = f"{text[max(0, match.start() - 8) : match.start()]}\x00{text[match.end() : match.end() + 2]}"
        if value is None or (value == 1 and not _COUNTS_ONE.search(around)):
            continue
        yield Figure(FigureKind.COUNT, plain(value), match["unit"], *match.span())


def _times(text: str) -> Iterator[Figure]:
    for match in _NEXT_DAY.finditer(text):
        yield Figure(FigureKind.DURATION, "1", "日", *match.span())
    for match in _TIME.finditer(text):
        hour, part = number(match["hour"]), match["part"]
        if hour is None or hour > 24 or (match["point"] and not _says_a_time(match, text)):
            continue
        if part and part.startswith(_AFTERNOON) and hour < 12:
            hour += 12
        minutes = {"半": 30, "一刻": 15, "三刻": 45, None: 0}.get(match["more"])
        if minutes is None:
            minutes = int(number(match["more"]) or 0)
        yield Figure(FigureKind.HOUR, str(int(hour) * 60 + int(match["minute"] or minutes)), "", *match.span())


def _says_a_time(match: re.Match[str], text: str) -> bool:
    """一点 and 三点要求 say none."""
    if match["point"] == "时":
        return match["hour"].isdigit() or match["part"] is not None
    near = text[match.end() : match.end() + 3]
    return bool(
        match["part"]
        or match["more"]
        or near.startswith(("钟", "到", "至", "开", "关", "下班", "上班", "前", "后", "以"))
    )


def frequencies(text: str) -> Iterator[Figure]:
    for match in _OFTEN.finditer(text):
        times = number(match["n"]) or Decimal(0)
        if match["period"]:
            rate = times * Decimal(_A_YEAR[match["period"]]) / (number(match["of"] or "1") or 1)
        else:
            every = Decimal("0.5") if match["every"] == "半" else number(match["every"]) or Decimal(1)
            rate = times * Decimal(_A_YEAR[match["unit"].removeprefix("个")]) / every
        yield Figure(FigureKind.FREQUENCY, plain(rate.quantize(Decimal("0.01"))), "", *match.span())
    for match in _STEADILY.finditer(_OFTEN.sub(lambda found: GAP * len(found[0]), text)):
        yield Figure(FigureKind.FREQUENCY, _A_YEAR[match["period"]], "", *match.span())


def _weekdays(text: str) -> Iterator[Figure]:
    for match in _WEEKDAY.finditer(text):
        first, last = (_DAYS.index((match[each] or match["first"]).replace("天", "日")) for each in ("first", "last"))
        for day in _DAYS[first : last + 1]:
            yield Figure(FigureKind.WEEKDAY, day, "", *match.span())
    for match in _NAMED_DAYS.finditer(text):
        for day in _DAYS[:5] if match[0] == "工作日" else _DAYS[5:]:
            yield Figure(FigureKind.WEEKDAY, day, "", *match.span())


def _named(text: str) -> Iterator[Figure]:
    for match in _SHORT_PHONE.finditer(text):
        yield Figure(FigureKind.PHONE, match["value"], "", *match.span("value"))
    for match in _BY_WHOM.finditer(text):
        yield Figure(FigureKind.RESPONSIBLE, match["value"], "", *match.span("value"))
    for match in _FLOOR.finditer(text):
        yield Figure(FigureKind.PLACE, plain(number(match["n"]) or Decimal(0)), "楼", *match.span())
    for match in _PAPER.finditer(text):
        if not match["no"]:
            yield Figure(
                FigureKind.CHOICE, match["value"].replace("件", "").replace("版", ""), "paper", *match.span("value")
            )
    for match in _BEFORE_OR_AFTER.finditer(text):
        if not _NO_EVENT.search(match["event"]):
            yield Figure(FigureKind.CHOICE, match["value"], "前后", *match.span())
    for match in _START.finditer(text):
        yield Figure(FigureKind.START, match["value"], "", *match.span("value"))
