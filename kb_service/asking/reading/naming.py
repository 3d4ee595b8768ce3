"""Who asks and of which district, by the words of a question."""

import re

from kb_service.domain.documents import Audience
from kb_service.domain.matters import DISTRICTS, region_path

# 静安寺, 宝山路, 普陀山 and 长宁县 are no districts; 浦东机场 is in one, and says nothing of who asks.
_NO_DISTRICT = (
    "(?!寺|路|山|站|江|大桥|机场|公园|大道|医院|大学|中学|小学|县|钢铁|银行|发展银行|国际|体育|足球|佛|证券|建设|汽车|街|"
    "桥|镇|村|塔|码头|广场|支行|派出所)"
)
_SHORT = {re.sub("(?:新区|区)$", "", name): name for name in DISTRICTS}
_DISTRICT = re.compile("|".join([*DISTRICTS, f"(?<!新)(?:{'|'.join(_SHORT)})(?:区)?{_NO_DISTRICT}"]))
# 我们公司要交, 企业怎么办: the asker speaks for it. 公司不给我交 is asked by a person.
_ENTERPRISE = re.compile(
    r"(?:我|本|我们|咱|咱们)(?:的|这)?(?:公司|单位|企业|厂|店|工厂|事务所|机构|小微企业)|(?:^|[,。?!;])(?:请问)?(?:企业|公司|单位|法人|用人单位|个体户|个体工商户|小微企业|初创企业|外资企业)"
    r"(?!不|没|拖|拒|欠|把|让|说|要求我|给我|的事|倒闭|破产|裁|辞退|开除)|(?:企业|单位|公司|个体户|个体工商户)(?:怎么|如何|要|需要|应当|可以|能)(?!不)(?:办|申请|申报|缴|交|注册|注销|登记|开户|变更|准备|提供)|"
    r"给(?:员工|职工|新员工|工人)|为(?:员工|职工)|(?:我|我们)(?:是|开|办|注册|经营)(?:了)?(?:一?家|个|的)?[^,。?!;]{0,6}(?:公司|企业|单位|店|厂|个体户|个体工商户|合作社|老板)|法人用户|企业用户"
)
_PERSON = re.compile(
    r"个人(?!所得税|独资|信息)|自然人|本人|我(?:爸|妈|老公|老婆|儿子|女儿|孩子|父母|自己|个人|想|要|的|是|能|可以|在|没|有|刚|去)|(?:公司|单位|企业|老板)(?:不|没|拖|拒|欠|要求我|给我|让我)|自己(?:交|缴|办|去)|灵活就业|自由职业|市民|居民"
)


def district_named(text: str) -> str | None:
    """The path of the one district that a normalised question names, in full or short (浦东); None for several."""
    found = {_full(match.group()) for match in _DISTRICT.finditer(text)}
    return region_path(found.pop()) if len(found) == 1 else None


def audience_named(text: str) -> Audience | None:
    """For whom a normalised question is asked, where its words say so; None where they say both."""
    for_enterprise = _ENTERPRISE.search(text) is not None
    for_person = _PERSON.search(text) is not None
    if for_enterprise == for_person:
        return None
    return Audience.ENTERPRISE if for_enterprise else Audience.PERSON


def _full(said: str) -> str:
    return said if said in DISTRICTS else _SHORT[said.removesuffix("区")]
