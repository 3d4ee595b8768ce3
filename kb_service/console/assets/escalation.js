/** The way to a person: who, when, by which number, and why, in plain words. */

import { spokenMoment } from "./days.js";
import { element, phoneLink } from "./dom.js";
import { REASONS } from "./words.js";

// Shanghai's citizens' hotline answers day and night: the fallback when no department is known.
const HOTLINE = { name: "上海市 12345 市民服务热线", phone: "12345", hours: "全天 24 小时" };

const reasonInWords = (reason) => REASONS[reason] ?? "需要工作人员进一步确认。";

/** A panel, or null when no hand-over is recommended. */
export function escalationPanel(escalation) {
  if (!escalation?.recommended) return null;
  const reasons = [...new Set((escalation.reasons ?? []).map(reasonInWords))];
  return element(
    "div", { class: "escalation", role: "group", "aria-label": "转人工" },
    element("h2", { text: "转人工" }),
    reasons.length ? element("ul", { class: "reasons" }, ...reasons.map((text) => element("li", { text }))) : null,
    contact(escalation.department),
    availability(escalation),
    escalation.summary ? summary(escalation.summary) : null,
  );
}

/** The department and its number; the hotline where there is neither. */
export function contact(department) {
  const shown = department ?? HOTLINE;
  return element(
    "div", { class: "contacts" },
    contactRow(shown),
    shown.phone && shown.phone.includes("12345") ? null : contactRow(HOTLINE),
  );
}

function contactRow({ name, phone, hours }) {
  return element(
    "div", { class: "contact" },
    element("div", {}, element("strong", { text: name }), hours ? element("span", { class: "hours", text: hours }) : null),
    phone ? phoneLink(phone) : null,
  );
}

function availability({ available_now: isAvailable, opens_at: opensAt, first_response_due: due }) {
  if (isAvailable === true) return element("p", { class: "availability", text: "现在是服务时间，可以直接联系。" });
  if (isAvailable !== false) return null;
  const opens = opensAt ? `，${spokenMoment(opensAt)} 起恢复服务` : "";
  const reply = due ? `，最晚 ${spokenMoment(due)} 前答复` : "";
  return element("p", { class: "availability", text: `现在不是服务时间${opens}${reply}。` });
}

function summary(text) {
  return element("details", { class: "summary" },
    element("summary", { text: "可以这样向工作人员说明" }), element("p", { text }));
}
