"""One spelling for words that a paraphrase may exchange, so that what is left over is somebody's invention."""

import re

# Each group says the same in an answer to a resident; the first word stands for all.
_SAME = (
    "带 携带 随带 带上 带好 带齐 带着 随身带",
    "交 提交 递交 提供 交上 上交 交齐",
    "缴 缴纳 交纳 支付 缴付 缴交 付",
    "缴费 交费 交钱 付费 付钱 缴纳费用 支付费用",
    "办 办理",
    "领 领取 领到 拿到",
    "申请 提出申请",
    "网上 线上 在线",
    "电话 热线",
    "拨打 致电 打电话到",
    "收 收取",
    "收 收取",
    "遗失 丢失 丢了 弄丢",
    "费用 钱",
    "每月 每个月 按月",
    "每年 每一年 按年",
    "每日 每天 按日",
    "老人 老年人",
    "户口簿 户口本",
    "身份证 居民身份证",
    "时限 期限",
    "地点 地址 地方",
    "材料 资料",
    "无需 无须 毋需 毋须 不需要 不需 不用 不必 不须 用不着",
    "须 应当 必须 需要 应该 务必",
    "可以 能够",
    "不能 不可以 不可 不得 不准 不许 不允许 不予 禁止 严禁",
    "或者 或 或是",
    "没有 没",
    "通过 经由",
    "周六 星期六",
    "周日 星期日 星期天",
)
_ONE_FOR = {word: words.split()[0] for words in _SAME for word in words.split()[1:]}
# 不可 of 不可抗力, 不得 of 不得不, 或 of 或许 are other words.
_NOT_BEFORE = {"不可": "抗或逆", "不得": "不", "或": "许者", "没": "收有", "付": "款", "钱": "款", "不能": "力"}
_EXCHANGED = re.compile(
    "|".join(
        f"{word}(?![{_NOT_BEFORE[word]}])" if word in _NOT_BEFORE else word
        for word in sorted(_ONE_FOR, key=len, reverse=True)
    )
)
# Words of grammar and courtesy: nothing is stated by them alone.
GRAMMAR = re.compile(
    r"申请人|申办人|如果|假如|倘若|的话|只要|请您|您好|对于|关于|根据|按照|依据|以便|其中(?!一)|可供"
    r"|[的了在是把将为之其该此等各自也就会还又再先便即于从与和及到至往去来给向由对被让着吗呢吧您你我们若凭按经者所以并且]|(?<!申)请|个(?![人体])"
)
# What a draft may add to the words of its source, or leave out.
_IDLE = (
    "办结 办完 办 去 交 完 时 人 情况 时候 方式 手续 相关 有关 具体 直接 费用 费 材料 准备 包括 分别 "
    "如下 下列 另外 此外 带 进行 完成 注意 提醒 期间 时限 条件 标准 流程 步骤 答复 咨询 联系 地点 属于 "
    "情形 申请 范围 时间 行 做 一下 上 里 中 下 才 说 用 找 看 有 具备 满足 符合 业务 事项 服务 "
    "内容 规定 想 要求 方便 选择 使用 好"
)
_IDLE_RUN = re.compile("(?:" + "|".join(sorted(_IDLE.split(), key=len, reverse=True)) + ")+")


def is_idle(run: str) -> bool:
    """Whether a run of characters adds nothing that has to be backed."""
    return _IDLE_RUN.fullmatch(run) is not None


def canonical(text: str) -> str:
    """Of a normalised text."""
    return _EXCHANGED.sub(lambda match: _ONE_FOR[match[0]], text)
