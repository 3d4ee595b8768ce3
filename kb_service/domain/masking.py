"""Masking what identifies a person, where words are kept for something else than the transcript.

Patterns see every character in its plain form (１, ١ and ① as 1, ＠ as @), at the place where it stands.
"""

import re
import unicodedata

from kb_service.domain.checked_numbers import is_card_number, is_identity_number
from kb_service.domain.personal_names import HOUSE_OF_MASKED, HOUSES, NAMES

# What people put between the digits of a number: 138 1234 5678, 138-1234-5678, 138.1234.5678, a tab, twice a space.
_GAP = r"[ \t.·\-–—_]{0,2}"
# Between groups of digits a line may end too, and a comma stands where no thousands end.
_GROUP_GAP = r"[ \t\n.·\-–—_,/()\[\]]{0,3}"
# 幺三八, 洞拐勾: numerals read out, or written as banks do. One may be followed by another (一直打不通): no end needed.
_HAN = "[〇零洞幺一二三四五六七拐八九勾壹贰叁参肆伍陆柒捌玖]"
_HAN_FROM_3 = "[三四五六七拐八九勾叁参肆伍陆柒捌玖]"
_HAN_FROM_2 = "[二三四五六七拐八贰叁参肆伍陆柒捌]"
# 二一, 五七一: without the 零 before it.
_HAN_AREA = f"(?:[幺一壹][〇零]|[二贰]{_HAN}|{_HAN_FROM_3}{_HAN}{{2}})"
_HAN_GAP = r"[ \t.·\-–—_,，]{0,2}"
_ANY = f"(?:[0-9]|{_HAN})"
# Neither within a longer number or word nor behind a point, as the decimals of a figure are.
_START, _END = r"(?<![0-9A-Za-z])(?<!\d\.)", r"(?![0-9A-Za-z])"
_COUNTRY = rf"[(]?(?:\+|00)?{_GAP}(?:86|八六)[)]?{_GAP}"
_AREA = r"(?:10|2\d|[3-9]\d{2})"
# The first two digits of an identity card.
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
# 号码是, 号：
_SAID = r"(?:卡?号码|卡?号)?[是为:\s]{0,3}"
# What stands before the number of a case or an enterprise, which is no person's.
_OF_NOBODY = re.compile(rf"(?:信用代码|编号|编码|代码|流水号|受理号|单号){_SAID}$")

_DOCUMENTS = (
    "(?:护照|通行证|回乡证|台胞证|居民居住证|军官证|警官证|社保卡|社会保障卡|医保卡|残疾人?证"
    "|记者证|教师(?:资格)?证|驾驶证|行驶证|学生证|工作证|律师证|退[伍役]证|优待证)"
)
# 38* of a number that is told in parts, and which part it is.
_PART_OF_NUMBER = r"(?:前面?|开头|中间|当中|[最]?后面?|末尾?)(?:[二三四五六七八2-8]位)?(?:数字?)?"
_SECRET = r"[A-Za-z0-9!@#$%^&*._+~-]"
_ACCOUNTS = (
    "(?:抖音|快手|小红书|微博|知乎|淘宝|支付宝|扣扣|企鹅|陌陌|随申办|一网通办|游戏|登录|钉钉|飞书|企业微信|企微)"
)
_NUMBER = r"[0-9〇零一二三四五六七八九十百]"
_UNIT = rf"(?:{_NUMBER}{{1,4}}|[A-Za-z]\d?) ?(?:栋|幢|座|号楼|单元|梯) ?(?:{_NUMBER}{{1,2}}门)?"
_ROOM = rf"{_NUMBER}{{2,5}}[A-Za-z]?(?:室|房|户)?"
_NAME_OF_HOUSES = r"[\u4e00-\u9fff]{0,8}?"

# Of the words and surnames in these patterns; what a person is called keeps its own characters.
_SIMPLIFIED = str.maketrans(
    "貳叄張劉陳楊黃趙吳孫馬鄭羅謝許韓馮鄧蕭葉蔣蘇呂盧鍾鐘譚陸賈鄒龍陶賀顧龔萬錢嚴範葛祝簡魏韋聞歐陽諸東長閻湯溫項賴遲單齊關紀喬譙塗閆雲樓"
    "號碼電話聯絡繫係戶證護車牌滬粵蘇魯遼贛貴陝寧瓊經辦請參監險員職業權產繳費託收學籍兒孫婦媽爸爺嬸歲誕辰駕駛銀帳賬區臺灣還親姊結離個對門診歷",
    "贰叁张刘陈杨黄赵吴孙马郑罗谢许韩冯邓萧叶蒋苏吕卢钟钟谭陆贾邹龙陶贺顾龚万钱严范葛祝简魏韦闻欧阳诸东长阎汤温项赖迟单齐关纪乔谯涂闫云楼"
    "号码电话联络系系户证护车牌沪粤苏鲁辽赣贵陕宁琼经办请参监险员职业权产缴费托收学籍儿孙妇妈爸爷婶岁诞辰驾驶银账账区台湾还亲姐结离个对门诊历",
)
_PROVINCES_OF_PLATES = "[沪京津渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_OF_PLATES = "[A-HJ-NP-Za-hj-np-z0-9]"


def _more(count: str, of: str = r"\d") -> str:
    return rf"(?:{_GAP}{of}){{{count}}}"


# Of a pattern with a group `it` only that is masked. In this order: an identity card begins like a bank card, a mobile
# number stands within neither.
_PATTERNS = (
    ("〔证件号〕", rf"{_START}{_PROVINCE}{_more('15')}{_GAP}[\dXx]{_END}"),
    # A digit short or too many: with an X at its end it is hardly anything else.
    ("〔证件号〕", rf"{_START}{_PROVINCE}\d{{13,16}}[Xx]{_END}"),
    ("〔证件号〕", rf"(?<!{_HAN}){_HAN}{_more('16', _HAN)}{_GAP}(?:{_HAN}|[Xx叉])"),
    # From 3 on: two days side by side (20260101-20261231) have as many digits.
    ("〔卡号〕", rf"{_START}[3-9]{_more('15,18')}{_END}"),
    ("〔证件号〕", rf"{_START}{_PROVINCE}{_more('13')}{_END}"),
    ("〔手机号〕", rf"(?<!\d)(?:{_COUNTRY})?1{_GAP}[3-9]{_more('9')}(?!\d)"),
    (
        "〔手机号〕",
        rf"(?<!\d)(?:{_COUNTRY})?1[3-9]{_ANY}{_GROUP_GAP}{_ANY}{{4}}{_GROUP_GAP}{_ANY}{{4}}(?!\d)",
    ),
    ("〔手机号〕", r"(?:手机|电话|微信|联系|[打拨])\D{0,4}(?P<it>1[3-9]\d[，、]\d{4}[，、]\d{4})(?!\d)"),
    # 1三8一2三4…: figures and numerals in turn.
    ("〔手机号〕", rf"(?<!\d)(?<!{_HAN})[1幺一壹](?:[3-9]|{_HAN_FROM_3})(?={_ANY}*\d){_ANY}{{9}}(?!{_ANY})"),
    ("〔手机号〕", rf"(?<!{_HAN})(?:{_COUNTRY})?[幺一壹]{_HAN_FROM_3}{_HAN}(?:{_HAN_GAP}{_HAN}{{4}}){{2}}"),
    ("〔手机号〕", rf"(?<!{_HAN})(?:{_COUNTRY})?[幺一壹]{_GAP}{_HAN_FROM_3}{_more('9', _HAN)}"),
    # 幺三八，零零幺，七七六，五四: as they are read out, group by group; at most four groups of two at least.
    (
        "〔手机号〕",
        rf"(?<!{_HAN})(?={_HAN}+(?:{_HAN_GAP}{_HAN}{{2,}}){{1,4}}(?!{_HAN}))[幺一壹]{_HAN_FROM_3}(?:{_HAN_GAP}{_HAN}){{9}}(?!{_HAN})",
    ),
    ("〔座机号〕", rf"(?<!{_HAN})[(]?[〇零]{_HAN_AREA}[)]?{_GAP}{_HAN_FROM_2}{_more('6,7', _HAN)}(?!{_HAN})"),
    ("〔座机号〕", rf"(?<!\d)(?:{_COUNTRY}|[(]?0){_AREA}[)]?{_GAP}[2-8]{_more('6,7')}(?!\d)"),
    # Beyond the mainland: a code behind +, or that of 港澳台 behind 00, and 7 to 11 digits.
    (
        "〔手机号〕",
        rf"(?<![\dA-Za-z+])(?:\+{_GAP}(?!86)[1-9]|00(?=852|853|886)){_GAP}[(]?\d(?:{_GAP}[()]?{_GAP}\d){{7,11}}(?!\d|\s?元)",
    ),
    ("〔座机号〕", r"(?<!\d)(?P<it>[2-8]\d{7})(?=\s?(?:转|分机|-)\d{2,6}(?!\d))"),
    ("〔座机号〕", r"(?<![\d-])(?P<it>[2-8]\d{3}[ -]\d{4})(?=\s?(?:转|分机)\d{2,6}(?!\d))"),
    (
        "〔座机号〕",
        rf"(?:电话|座机|固话|家电|宅电|家里|家中|传真|号码|打){_SAID}(?P<it>[2-8]\d{{2,3}}{_GAP}\d{{4}})(?!\d)",
    ),
    (
        "〔座机号〕",
        rf"(?:电话|座机|固话|家电|传真|号码){_SAID}(?P<it>{_HAN_FROM_2}{_HAN}{{2,3}}{_HAN_GAP}{_HAN}{{4}})(?!{_HAN})",
    ),
    (
        "〔邮箱〕",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+ ?(?:@|[(\[]at[)\]]) ?[A-Za-z0-9-]+"
        r"(?: ?\. ?[A-Za-z][A-Za-z0-9-]*)+",
    ),
    (
        "〔邮箱〕",
        r"(?<![A-Za-z0-9._-])[A-Za-z0-9._-]+ ?(?:艾特|#| at |[(\[]at[)\]]) ?[A-Za-z0-9-]+"
        r" ?(?:\.|点| dot |[(\[]dot[)\]]) ?(?:com|cn|net|org|edu)"
        r"(?: ?(?:\.|点) ?cn)?(?![A-Za-z0-9])",
    ),
    # With Chinese characters in it, or a full stop for the point.
    (
        "〔邮箱〕",
        r"(?<![A-Za-z0-9._-])[A-Za-z0-9._-]+[\u4e00-\u9fff]{0,4}@ ?[A-Za-z0-9-]+[.。](?:com|cn|net|org|edu)"
        r"(?:[.。]cn)?(?![A-Za-z0-9])",
    ),
    ("〔证件号〕", rf"{_DOCUMENTS}{_SAID}(?P<it>[A-Za-z]{{0,2}}{_more('6,23')}(?:[A-Za-z]\d?)?){_END}"),
    ("〔证件号〕", r"(?<![A-Za-z])(?:[EGDSPHMCWTegdsphmcwt]\d{8}|[EGDSPHMCegdsphmc][A-Za-z]\d{7}|[HM]\d{10})(?!\d)"),
    ("〔证件号〕", r"(?<![A-Za-z])[A-Za-z]{1,2}\d{6}[(][0-9A][)]|(?<!\d)[157]\d{6}[(]\d[)]"),
    ("〔证件号〕", r"字第(?P<it>\d{6,8})号"),
    ("〔证件号〕", r"(?:产权|产证|权证|房地)[^，。；！？,;!?\n]{0,16}第(?P<it>\d{5,8})号"),
    ("〔证件号〕", r"(?<![A-Za-z])[JLB]\d{6}-\d{4}-\d{6}(?!\d)"),
    ("〔证件号〕", rf"出生(?:医学)?证(?:明)?(?:编号)?{_SAID}(?P<it>[A-Za-z]\d{{9}}){_END}"),
    (
        "〔证件号〕",
        rf"(?:IMEI|imei|手机串号|设备串号|车架|发动机|车辆识别(?:代码?)?|VIN|vin){_SAID}(?P<it>(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{{8,17}}){_END}",
    ),
    ("〔分机号〕", r"〔座机号〕\s?(?:转|分机|-)(?P<it>\d{2,6})(?!\d)"),
    ("〔证件号〕", rf"永(?:久居留|居)(?:身份)?[证卡]{_SAID}(?P<it>[A-Za-z]{{3}}\d{{12}}|\d{{15,18}}){_END}"),
    (
        "〔证件号〕",
        r"(?:居住证|学籍|住院|病历|病案|门诊|就诊|公积金|社保|医保|户口[簿本]?|户籍|户|准考证|驾驶证|退休证|档案)(?:卡|账|帐)?(?:编号|号码|号)[是为:\s]{0,3}"
        rf"(?P<it>(?:\d{{4}}-)?[A-Za-z]{{0,2}}-?\d{{5,24}}){_END}",
    ),
    # A parcel tells who lives where.
    ("〔单号〕", rf"(?:快递|运|物流|顺丰|EMS|邮政)(?:运?单)?{_SAID}(?P<it>[A-Z]{{0,2}}\d{{9,15}}(?:CN)?){_END}"),
    # Who tells the number of a case of their own can be found by it.
    (
        "〔单号〕",
        r"(?:[我您你]的|本人)(?:办件|受理|申请|业务|预约)(?:编号|号码?)?[是为:\s]{0,3}(?P<it>[A-Za-z]{0,4}\d[\dA-Za-z-]{7,22})(?![\dA-Za-z])",
    ),
    ("〔位置〕", r"(?<![\d.])[NE]?\d{2,3}\.\d{4,}°?[,，、\s]{1,2}[NE]?\d{2,3}\.\d{4,}°?(?!\d)"),
    (
        "〔出生日期〕",
        r"(?:出生日期|出生年月日?|生日|出生于?|生于)[是为:\s]{0,3}"
        r"(?P<it>(?:19|20)\d{2}(?:年\d{1,2}月(?:\d{1,2}[日号])?|[-./]\d{1,2}[-./]\d{1,2}|\d{4}(?!\d))"
        rf"|(?:{_HAN}{{2}}){{1,2}}年[〇一二三四五六七八九十]{{1,2}}月(?:初?[〇一二三四五六七八九十廿]{{1,3}}[日号]?)?)",
    ),
    (
        "〔出生日期〕",
        rf"(?P<it>(?:{_HAN}{{2}}){{1,2}}年[〇一二三四五六七八九十]{{1,2}}月初?[〇一二三四五六七八九十廿]{{1,3}}[日号]?)(?:出生|生的|生人)",
    ),
    # 1990-03-07出生的, but not 1990年1月1日以后出生.
    (
        "〔出生日期〕",
        r"(?P<it>(?<!\d)(?:(?:19|20)?\d{2}年\d{1,2}月\d{1,2}[日号]|(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}))\s?(?:出生|生的|生人|生(?=[,，。\s]|$))",
    ),
    (
        "〔出生日期〕",
        rf"生日[是为:\s]{{0,3}}(?P<it>(?:\d{{1,2}}|{_NUMBER}{{1,3}})月初?(?:\d{{1,2}}|{_NUMBER}{{1,3}})[日号]?)",
    ),
    ("〔尾号〕", rf"(?:[后末尾][四六八468]位(?:数字?)?|尾号){_SAID}(?P<it>\d{{4,8}}[Xx]?|\d{{2,7}}[Xx]){_END}"),
    (
        "〔车牌〕",
        rf"{_PROVINCES_OF_PLATES}[A-HJ-NP-Za-hj-np-z][·•\- ]?(?={_OF_PLATES}*\d{_OF_PLATES}*\d)"
        rf"(?:{_OF_PLATES}{{4}}[学警港澳挂领]|{_OF_PLATES}{{5,6}}(?:[学警挂领])?){_END}",
    ),
    ("〔证件号〕", r"身份证(?:号码?)?前(?:6|六)位(?:数字?)?[是为:\s]{0,2}(?P<it>\d{6})(?!\d)"),
    (
        "〔出生日期〕",
        r"〔证件号〕[,，、;；\s]{0,2}(?:后面|后边|中间|接着|然后)?[是为:\s]{0,2}(?P<it>(?:19|20)\d{6})(?!\d)",
    ),
    ("〔证件号〕", r"(?:后面|后边|剩下的?|其余)[是为:\s]{0,2}(?P<it>(?:19|20)\d{9}[\dXx])(?!\d)"),
    (
        "〔账号〕",
        r"(?:[Vv][Xx]|加[Vv微]|[微威薇][Vv信]|[Vv]信)[号我信]?[是为:\s]{0,2}"
        r"(?P<it>(?=[A-Za-z]+[A-Za-z_-]*[0-9_-])[A-Za-z][A-Za-z0-9_-]{5,19})",
    ),
    (
        "〔尾号〕",
        rf"(?:{_PART_OF_NUMBER}[是为:\s]{{1,3}}|(?:前|中间|后)[二三四五六七八2-8]位(?:数字?)?)"
        rf"(?P<it>\d{{4}}[ -]\d{{4}}|\d{{3,8}}){_END}"
        r"(?!年|元|个|天|日|月|人|名|分|%|[./-]\d)",
    ),
    ("〔车牌〕", rf"(?:沪牌|牌照|车牌)号?[是为:\s]{{0,2}}(?P<it>(?=[A-Z]*\d[A-Z]*\d){_OF_PLATES}{{5,7}}){_END}"),
    ("〔车牌〕", r"车牌?号?[是为:\s]{0,2}(?P<it>使\d{6})(?!\d)"),
    ("〔证件号〕", r"(?<!\d)[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"),
    ("〔账号〕", rf"(?:账号|帐号|账户|帐户|户头|卡)[是为:\s]{{0,3}}(?P<it>\d{_more('11,23')}){_END}"),
    ("〔账号〕", rf"(?:(?<![A-Za-z])[Qq]{{1,2}}|微信|VX|vx|{_ACCOUNTS})[大小]?{_SAID}(?P<it>\d{{6,11}}){_END}"),
    # Of official accounts people give the name as well.
    (
        "〔账号〕",
        rf"(?<!公众)(?:{_ACCOUNTS}(?:账号|账户|用户名|ID|id|号)?|账号|用户名)[是为:\s]{{0,3}}"
        r"(?P<it>(?=[A-Za-z_.-]*\d|[A-Za-z0-9.-]*_)[A-Za-z][A-Za-z0-9_.-]{3,18}[A-Za-z0-9_-])(?![A-Za-z0-9@])",
    ),
    (
        "〔密码〕",
        rf"(?:密码|口令)[是为:\s]{{0,3}}(?P<it>(?={_SECRET}*\d)(?={_SECRET}*[A-Za-z]){_SECRET}{{6,32}})(?!{_SECRET})",
    ),
    ("〔密码〕", r"(?:验证码|校验码|动态码|动态口令|短信码|短信验证)[是为:\s]{0,3}(?P<it>\d{4,8})(?![\dA-Za-z位])"),
    (
        "〔账号〕",
        r"(?:[Ww]e[Cc]hat|WECHAT|微信|[Qq][Qq]|[Vv][Xx])(?: ?(?:ID|id|Id))?[是为:\s]{1,3}"
        r"(?P<it>(?=[A-Za-z_-]*\d|[A-Za-z0-9-]*_)[A-Za-z][A-Za-z0-9_-]{5,19})",
    ),
    # 微信号也行 wang_1962, 加我微信吧 mei-lin88; of official accounts people give the name as well.
    (
        "〔账号〕",
        r"(?:QQ|qq|微信|VX|vx)(?!公众)[^A-Za-z0-9，。！？,!?\n]{1,6}(?P<it>(?=[A-Za-z_-]*\d)[A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9@.])",
    ),
    ("〔账号〕", r"(?:QQ|qq|微信|VX|vx)(?:号码?|:|号码?[是为:])\s?(?P<it>[A-Za-z][A-Za-z0-9_-]{5,19})"),
    ("〔地址〕", rf"(?:{_NUMBER}{{1,6}}[弄巷])?(?:{_NUMBER}{{1,6}}号(?!楼){_NAME_OF_HOUSES})?(?:{_UNIT})+{_ROOM}"),
    (
        "〔地址〕",
        r"\d{1,5}号\d{1,2}[楼层][A-Za-z0-9]{1,4}[座室]|\d{1,5}弄(?:\d+号)?(?:\d+幢)?(?:\d+(?:室|单元)|(?<=号)\d{3,4}(?![\d元年月日人米]))?|\d{1,5}号楼?(?:\d{1,2}楼)?\d{1,5}(?:室|单元\d*室?)",
    ),
    ("〔地址〕", rf"村(?P<it>{_NUMBER}{{1,3}}(?:组|队)(?:{_NUMBER}{{1,5}}号)?)"),
    (
        "〔地址〕",
        r"(?:村|(?<!第)[一二三四五六七八九]期)(?:第?[一二三四五六七八九]小区)?"
        r"(?P<it>\d{1,4}号(?:\d{2,5}(?:室|房|户)?(?!\d))?)(?![线窗口文令公会门厅航起前后])",
    ),
    (
        "〔地址〕",
        rf"(?<!{_NUMBER}){_NUMBER}{{2,6}} ?弄 ?{_NUMBER}{{1,5}} ?号(?: ?{_NUMBER}{{2,5}} ?(?:室|房|户)?(?!{_NUMBER}))?",
    ),
    ("〔地址〕", r"\d{1,5}支弄(?:\d{1,4}号)?(?:\d{2,5}(?!\d))?"),
    ("〔地址〕", r"(?<=[村坊园苑庭湾邸府城里])\d{1,4}号\d{3,4}(?![\d元年月日人米])"),
    (
        "〔地址〕",
        r"(?:(?:Room|Rm|Flat|Apt|Unit)\.? ?\d+[A-Za-z]?, ?)?(?:(?:No\.?|Building|Bldg\.?) ?\d+[A-Za-z]?, ?)?Lane \d+",
    ),
    *(("〔地址〕", pattern) for pattern in HOUSES),
    *(("〔姓名〕", pattern) for pattern in NAMES),
    ("〔地址〕", HOUSE_OF_MASKED),
)
_NUMBERS_OF_NOBODY = {"〔证件号〕", "〔卡号〕"}
# What the last digit proves is one wherever it stands: behind letters, on two lines, with a stroke between.
_ANYTHING = r"[ \t\n.·\-–—_,，、/]{0,3}"
_CHECKED = (
    (
        "〔证件号〕",
        re.compile(rf"(?<!\d){_PROVINCE}(?:{_ANYTHING}\d){{15}}{_ANYTHING}[\dXx](?!\d)"),
        is_identity_number,
    ),
    ("〔卡号〕", re.compile(rf"(?<!\d)(?<!\d\.)[3-69](?:{_ANYTHING}\d){{15,18}}(?![\dXx])"), is_card_number),
)
# A joiner holds pictures of people together as well; a digit on a key (1️⃣) is the digit and two marks.
_UNSEEN = re.compile(r"(?<=[0-9])\ufe0f?\u20e3|[\u00ad\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff]|(?<=\w)\u200d(?=\w)")
_MASKS = (*_CHECKED, *((mask, re.compile(pattern), None) for mask, pattern in _PATTERNS))

_MARKS = tuple(dict.fromkeys(mask for mask, _, _ in _MASKS))


def marks_in(text: str) -> tuple[str, ...]:
    """What stands in the place of what was masked, each once; 〔2021〕 of a document's number is none."""
    return tuple(each for each in _MARKS if each in text)


def masked(text: str) -> str:
    """The text with what identifies a person replaced by what it was. Hotlines (12345, 962222) and years stay.

    Characters that are not seen part no number, and go with what is masked.
    """
    seen = _UNSEEN.sub("", text)
    done = _masked(seen)
    return text if done == seen else done


def _masked(text: str) -> str:
    plain = "".join(map(_plain, text))
    for mask, pattern, is_proved in _MASKS:
        for found in reversed(list(pattern.finditer(plain))):
            if is_proved is not None and not is_proved(found[0]):
                continue
            if mask in _NUMBERS_OF_NOBODY and _OF_NOBODY.search(plain, max(0, found.start() - 12), found.start()):
                continue
            start, end = _place(found)
            text = text[:start] + mask + text[end:]
            plain = plain[:start] + mask + plain[end:]
    return text


def _place(found: re.Match[str]) -> tuple[int, int]:
    names = [name for name, value in found.groupdict().items() if value is not None]
    return found.span(names[0]) if names else found.span()


def _plain(character: str) -> str:
    """One character for one: the traditional ones that patterns name as simplified. A full comma stands between things,
    not within a number."""
    plain = unicodedata.normalize("NFKC", character)
    if plain.isdecimal() and not plain.isascii():  # of another script; 一 and ² are none
        return str(unicodedata.decimal(plain))
    return plain.translate(_SIMPLIFIED) if len(plain) == 1 and character != "，" else character
