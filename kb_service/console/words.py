"""The Chinese wording of closed lists, days and refusals, as editors and reviewers read it: one place for all pages."""

from datetime import date, datetime

from kb_service.domain import errors
from kb_service.domain.days import SHANGHAI, Interval
from kb_service.domain.lead_time import LeadTimeVerdict

KINDS = {
    "procedure": "办事指南",
    "interpretation": "业务问答",
    "regulation": "政策文件",
    "operating_guide": "操作指引",
    "video": "操作视频",
}
AUDIENCES = {"person": "个人", "enterprise": "企业"}
STATES = {"draft": "草稿", "in_review": "待审核", "approved": "已通过", "rejected": "已退回", "withdrawn": "已撤回"}
PHASES = {"scheduled": "待生效", "in_force": "现行有效", "ended": "已失效"}
LEAD_TIMES = {
    "on_time": "按时",
    "due_today": "今天到期",
    "late": "逾期",
    "not_achievable": "来不及",
    "not_counted": "不计入",
    "unknown_calendar": "工作日未知",
}
WHYS = {
    "bulk_import": "批量导入",
    "open_start": "没有施行日",
    "in_force_on_issue": "印发当日即施行",
    "issued_after_deadline": "印发时已过期限",
    "received_after_deadline": "收到时已过期限",
}
EFFECTS = {
    "newly_answered": "新增可答",
    "changed": "答复改变",
    "lost": "不再可答",
    "in_conflict": "出现冲突",
    "unchanged": "不变",
}
OUTCOMES = {
    "answered": "答复",
    "clarify": "请居民确认",
    "no_source": "没有找到现行依据",
    "not_grounded": "给不出可靠答复",
    "out_of_scope": "不在服务范围",
    "handed_over": "转人工",
    "courtesy": "寒暄",
}
SOURCES = {"own": "本版本的问题", "suite": "题库", "recent": "近期提问"}
CHANGES = {
    "unchanged": "未变",
    "moved": "移动",
    "renumbered": "仅编号变化",
    "changed": "修改",
    "added": "新增",
    "removed": "删除",
}
SUSPICIONS = {"duplicate": "重复", "near_duplicate": "近似重复", "contradiction": "数字矛盾"}
SUSPICION_STATES = {"open": "待处理", "dismissed": "已驳回", "settled": "已解决", "confirmed": "已确认冲突"}
STAGES = {
    "waiting": "排队中",
    "reading": "读取中",
    "indexing": "建立索引中",
    "ready": "可检索",
    "refused": "未收下",
    "failed": "出错",
}
RECORD_OUTCOMES = {
    "added": "新文件",
    "new_version": "新版本",
    "approved": "已通过",
    "unchanged": "内容相同",
    "refused": "未收下",
    "would_add": "将新增文件",
    "would_be_new_version": "将新增版本",
    "would_be_approved": "将通过",
}
ROLES = {
    "frontend": "前端",
    "editor": "编辑",
    "reviewer": "审核",
    "helper": "坐席",
    "evaluator": "评测",
    "admin": "管理员",
}
ACTIONS = {
    "store": "存入草稿",
    "store_and_approve": "存入并通过（批量导入）",
    "edit": "编辑",
    "submit": "提交审核",
    "approve": "审核通过",
    "reject": "退回",
    "withdraw": "撤回",
    "revise": "从已有版本新建草稿",
    "purge": "清除违法内容",
    "suspicion_dismissed": "驳回疑点",
    "suspicion_settled": "疑点已解决",
    "suspicion_confirmed": "确认冲突",
}
FIELDS = {
    "title": "标题",
    "kind": "类别",
    "question": "标准问题",
    "similar_questions": "相似问法",
    "negative_questions": "反例问题",
    "matter": "事项",
    "department": "责任单位",
    "region": "区域",
    "audience": "对象",
    "effective_from": "施行日",
    "valid_through": "有效期至",
    "issued_on": "印发日",
    "document_number": "文号",
    "source_url": "来源网址",
    "replaces": "替代文件",
    "repeals": "废止文件",
    "amends": "修正自",
    "text": "全文",
    "reason": "原因",
}
DONE = {
    "edited": "已保存。",
    "submitted": "已提交审核。",
    "approved": "已通过，按施行日自动生效。",
    "rejected": "已退回编辑。",
    "withdrawn": "已撤回，此前的版本自动恢复。",
    "revised": "已新建草稿，内容与原版本相同。",
    "rehearsed": "预演已完成。",
    "retried": "已重新排队。",
    "decided": "疑点的处理已记录。",
    "named": "姓名已记住。",
}
_SENTENCES: dict[type[errors.KbError], str] = {
    errors.Unauthenticated: "请先登录：这里需要编辑或审核人员的密钥。",
    errors.NotAllowed: "您的角色不能进行这项操作，请用有相应角色的密钥登录，或请管理员发放。",
    errors.InvalidPerson: "姓名不能为空，不能超过 100 个字，也不能有控制字符。",
    errors.VersionNotFound: "没有这个版本。",
    errors.DocumentNotFound: "没有这个文件。",
    errors.BatchNotFound: "没有这一批上传。",
    errors.UploadNotFound: "没有这个上传的文件。",
    errors.UploadNotRetryable: "只有未收下或出错的文件才能重试。",
    errors.UploadTooLarge: "一次上传的文件总量太大，请分批上传。",
    errors.FileRefused: "文件没有收下。",
    errors.SuspicionNotFound: "没有这条疑点，可能已在重新检查后消失。",
    errors.SuspicionDecided: "这条疑点已由别人处理。",
    errors.VersionChanged: "您打开页面之后，这个版本已被改动，您的操作没有执行。下面是最新内容，请核对后重做。",
    errors.VersionNotDraft: "只有草稿才能编辑或提交。",
    errors.VersionNotInReview: "只有待审核的版本才能通过或退回。",
    errors.VersionNotApproved: "只有已通过的版本才能撤回。",
    errors.SecondPersonNeeded: "您参与过编辑，须由他人审核。",
    errors.VersionsContradict: (
        "通过后会有文本永远不会生效：同一文件同一天只能有一个文本。请更改日期；若是更正，请勾选“更正并撤回”。"
    ),
    errors.LateReasonMissing: "已过发布期限，须填写逾期原因才能通过。",
    errors.ReasonMissing: "请填写原因。",
    errors.InvalidInterval: "日期有误：失效日不能早于或等于施行日。",
    errors.InvalidRecord: "填写的内容有误，请检查后重试。",
    errors.CalendarYearUnknown: "这一年的放假安排尚未公布或录入，无法推算工作日。",
    errors.IndexUnavailable: "检索索引暂时不可用，请稍后再试。",
    errors.RecordsUnavailable: "数据库暂时不可用，请稍后再试。",
}


def sentence_of(error: errors.KbError) -> str:
    """A field that was misused is named by the first word of what the service says."""
    field = FIELDS.get(str(error).partition(":")[0])
    if field and isinstance(error, errors.InvalidRecord):
        return f"“{field}”填写有误，请更正后重试。"
    return _SENTENCES.get(type(error), "操作没有完成。")


def why_in_words(why: str) -> str:
    """Of a lead time that is not counted, or of a missed one that nobody answers for."""
    if why.startswith("calendar_"):
        return f"{why.split('_')[1]} 年放假安排未公布"
    return WHYS.get(why, why)


def lead_time_in_words(verdict: LeadTimeVerdict, late_reason: str | None) -> str:
    said = LEAD_TIMES[verdict.status]
    if verdict.why:
        return f"{said}（{why_in_words(verdict.why)}）"
    if verdict.needs_reason:
        return f"{said}（已说明原因）" if late_reason else f"{said}，须说明原因"
    return said


def days_in_words(interval: Interval | None) -> str:
    """With the last valid day, which is the one before the exclusive end."""
    if interval is None:
        return "不生效"
    if interval.is_empty:
        return "永不生效"
    start = f"{interval.start} 起" if interval.start else "一直"
    last = interval.last_valid_day
    return f"{start}，有效至 {last}" if last else ("长期有效" if interval.start is None else f"{start}，长期有效")


def declared_days_in_words(start: date | None, end: date | None) -> str:
    return days_in_words(Interval(start, end))


def moment_in_words(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"


def size_in_words(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} KB"
