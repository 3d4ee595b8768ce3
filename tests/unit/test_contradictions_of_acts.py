"""When one text permits or demands what another does not, limits it otherwise, or opens another door for it."""

import pytest

from kb_service.domain.documents import PassageInVersion
from tests.unit.test_contradictions import conflicts, section


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param(
            section("停靠", "停靠证丢失的，船主可以委托亲友代为补办，也可以本人到码头办理。"),
            section("停靠", "补办停靠证须本人到场，不得委托他人。"),
            ("可以", "不得"),
            id="whether somebody else may come, whoever that is",
        ),
        pytest.param(
            section("积累", "停靠天数可以与租用天数合并计算。"),
            section("积累", "停靠天数和租用天数不能合并计算，船主只能选择一项。"),
            ("可以", "不能"),
            id="one act, and another besides that is allowed",
        ),
        pytest.param(
            section("签到", "船主更换船员的，新船员应当到码头现场签字。"),
            section("签到", "船员更换全程电子化，新船员无须到码头现场签字，使用电子签名即可。"),
            ("应当", "无须"),
            id="what need not be done, among what is done instead",
        ),
        pytest.param(
            section("材料", "船主报名时，须提供船舶检验证。"),
            section("材料", "报名不再要求船主提供船舶检验证，由系统核对。"),
            ("须提供", "不再要求船主提供"),
            id="no longer asked of somebody",
        ),
        pytest.param(
            section("渠道", "停靠证补发可以通过一网通办网上申请，证件邮寄送达。"),
            section("渠道", "申请补发停靠证不可网上办理，由船主携带材料到码头申请。"),
            ("可以", "不可"),
            id="online or not",
        ),
        pytest.param(
            section("渠道", "船位登记仅接受线下窗口递交，暂不开通网上办理。"),
            section("渠道", "船主登录平台，在线提交船位登记申请，全程网办。"),
            ("仅接受", "登录平台，在线"),
            id="only at a counter",
        ),
        pytest.param(
            section("对象", "船位补贴的申请对象限于本市户籍人员。"),
            section("对象", "非本市户籍人员在本市停船的，同样可以申请船位补贴。"),
            ("限于", "非本市户籍人员在本市停船的，同样"),
            id="residents without a local household",
        ),
        pytest.param(
            section("对象", "只有大船船主可以申请补贴，小船船主不在补贴范围内。"),
            section("对象", "大船船主和小船船主，均可申请补贴。"),
            ("不在补贴范围内", "均可申请"),
            id="who is left out",
        ),
        pytest.param(
            section("数量", "居民养犬的，每户限养一条。"),
            section("数量", "居民家庭可以饲养犬只，每户最多饲养两条。"),
            ("一", "两"),
            id="how many a household may keep",
        ),
        pytest.param(
            section("数量", "每条船限领一本停靠手册。"),
            section("数量", "每条船最多可以领取3本停靠手册。"),
            ("一", "3"),
            id="how many are handed out",
        ),
        pytest.param(
            section("分担", "船位险基金支付90%，船主自负10%。"),
            section("分担", "船主遇险时，由船位险基金支付85%。"),
            ("90%", "85%"),
            id="who pays which share",
        ),
        pytest.param(
            section("受理", "停靠证向注册地的区民政局提出。"),
            section("受理", "停靠证应到停靠地的船务经办机构递交。"),
            ("注册地的区民政局", "停靠地的船务经办机构"),
            id="an office that receives",
        ),
        pytest.param(
            section("体检", "船员体检在居住地社区卫生服务中心。"),
            section("体检", "船员体检，请到出海港医院的预防科。"),
            ("居住地社区卫生服务中心", "出海港医院的预防科"),
            id="another place of a kind that offices are not",
        ),
        pytest.param(
            section("过户", "码头商户应当办理拖船过户。"),
            section("过户", "码头商户不需要办理拖船过户。"),
            ("应当", "不需要"),
            id="whatever is demanded",
        ),
        pytest.param(
            section("征求", "占用码头的，船主应当征得航道部门同意。"),
            section("征求", "占用码头的，船主不必征得航道部门同意。"),
            ("应当", "不必"),
            id="whose consent is needed",
        ),
        pytest.param(
            section("数量", "每条船限领三瓶灭火剂。"),
            section("数量", "每条船最多可以领取5瓶灭火剂。"),
            ("三", "5"),
            id="what is counted by a measure of its own",
        ),
        pytest.param(
            section("续存", "船证到期后可以补发。"),
            section("续存", "船证到期后不补发。"),
            ("可以", "不补发"),
            id="refused without a word of permission",
        ),
    ],
)
def test_opposite_acts_of_one_matter_conflict(
    ours: PassageInVersion, theirs: PassageInVersion, expected: tuple[str, str]
) -> None:
    mine, yours = expected
    assert ((mine,), (yours,)) in conflicts(ours, against=theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            section("办理", "停靠证期满换领，10个工作日办结，工本费20元。"),
            section("办理", "停靠证遗失补领，20个工作日办结，工本费40元。"),
            id="exchanged because it is over, and replaced because it is lost",
        ),
        pytest.param(
            section("津贴", "年满80周岁的老人，每人每月发放船贴180元。"),
            section("津贴", "年满90周岁的老人，每人每月发放350元的船贴。"),
            id="ages that are cases of people",
        ),
        pytest.param(
            section("发放", "船贴由船籍所在单位登记地的经办机构发放。"),
            section("发放", "船贴由登记地经办机构按月发放。"),
            id="how often is no part of who",
        ),
        pytest.param(
            section("转租", "船主可以申请续租。"), section("转租", "船主不得将船位转租、出借。"), id="another act"
        ),
        pytest.param(
            section("材料", "船员登记须提供船员证。"), section("材料", "船员登记不必提供收入证明。"), id="another paper"
        ),
        pytest.param(
            section("预约", "停靠登记可在网上预约。"),
            section("办理", "停靠登记须船主到码头现场办理。"),
            id="another step",
        ),
        pytest.param(
            section("迁移", "船籍准迁证在迁入地派出所申领。"),
            section("迁移", "船籍迁移证到迁出地派出所领取。"),
            id="where one comes from and where one goes",
        ),
        pytest.param(
            section("技能", "船员取得技能证书的，发给补贴。"),
            section("技能", "节能船不得取得技能证书的补贴。"),
            id="letters of another word are no permission",
        ),
    ],
)
def test_other_acts_of_one_matter_do_not_conflict(ours: PassageInVersion, theirs: PassageInVersion) -> None:
    assert conflicts(ours, against=theirs) == []


def test_what_is_assessed_and_what_is_fetched_are_at_two_places() -> None:
    assessed = section("评定", "船员伤残评定到定点医院进行。")
    assert conflicts(assessed, against=section("领取", "船员伤残证在街道社区事务受理服务中心领取。")) == []


def test_several_demands_of_a_text_contradict_none_of_another() -> None:
    ours = section("义务", "船主应当购买保险。船员需要体检。码头应当配备救生衣。")
    theirs = section("义务", "船主无需提交照片。船员不必面签。码头不再受理纸质申请。")
    assert conflicts(ours, against=theirs) == []
