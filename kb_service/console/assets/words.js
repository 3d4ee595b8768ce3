/** The Chinese wording of closed lists: what a code of the service means to the person reading. */

export const KINDS = {
  procedure: "办事指南",
  interpretation: "业务问答",
  regulation: "政策文件",
  operating_guide: "操作指引",
  video: "操作视频",
};

export const STANDINGS = { in_force: "现行有效", ended: "已失效", not_yet: "尚未施行", withdrawn: "已撤回" };

export const AUDIENCES = { person: "个人", enterprise: "企业" };

export const OUTCOMES = {
  answered: "答复",
  clarify: "请您确认",
  no_source: "没有找到现行依据",
  not_grounded: "暂时给不出可靠答复",
  out_of_scope: "不在服务范围",
  handed_over: "建议转人工",
  courtesy: "",
};

const REASONS = {
  no_source: "现行有效的资料里，没有找到能回答这个问题的内容。",
  low_confidence: "找到的资料不一定对应您的问题，需要工作人员确认。",
  not_grounded: "有的内容不能逐句找到依据，所以没有答复给您。",
  conflicting_sources: "不同文件的说法不一致，需要工作人员确认以哪个为准。",
  out_of_scope: "这个问题不属于一网通办事项的咨询范围。",
  needs_personal_data: "需要查询您本人的办件信息，小申看不到。",
  platform_fault: "看起来是平台系统的故障，需要技术人员处理。",
  user_request: "您希望由工作人员答复。",
  repeated_failure: "同样的问题几次都没有解决，建议直接找工作人员。",
  distress: "您的情况比较紧急，请直接联系工作人员。",
  abuse: "这段话小申不便答复。",
};

/** What was taken over from the turns before, where a reader should know. */
export const CARRIED = { matter: "接着问", question: "按您的选择" };

export const reasonInWords = (reason) => REASONS[reason] ?? "需要工作人员进一步确认。";

/** What is being done after each stage of answering the service reports. */
export const STAGES = {
  asked: "正在理解您的问题…",
  reading: "正在读取截图里的文字…",
  understood: "正在查找现行规定…",
  searching: "正在查找现行规定…",
  drafting: "正在整理答复，逐句核对依据…",
};

/** Why a department is thought responsible. */
export const ROUTE_REASONS = {
  matter: "事项的主管单位",
  named: "问题里提到了它",
  passages: "相关内容多由它发布",
  platform_fault: "平台系统故障由它处理",
};

export const DISTRICTS = [
  "浦东新区", "黄浦区", "静安区", "徐汇区", "长宁区", "普陀区", "虹口区", "杨浦区",
  "宝山区", "闵行区", "嘉定区", "金山区", "松江区", "青浦区", "奉贤区", "崇明区",
];
