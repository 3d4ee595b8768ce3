/** The way to a person: who, when, by which number, and why, in plain words. */

import { spokenMoment } from "./days.js";
import { button, element, phoneLink } from "./dom.js";
import { HELP_LINES, REASONS } from "./words.js";

// Shanghai's citizens' hotline answers day and night: the fallback when no department is known.
const HOTLINE = { name: "上海市 12345 市民服务热线", phone: "12345", hours: "全天 24 小时" };

const reasonInWords = (reason) => REASONS[reason] ?? "需要工作人员进一步确认。";

// What was told of now is not told of later: a stored answer is drawn again after a reload.
const NOW_MS = 120_000;

/** A panel, or null when no hand-over is recommended. `openTalk()`: where helpers are set up, a talk can be opened. */
export function escalationPanel({ escalation, notices, asked_at: askedAt }, openTalk) {
  if (!escalation?.recommended) return null;
  // Beside something else that is said the lines stand above it, among the notices.
  const isBeside = (notices ?? []).some(({ kind }) => kind === "help_lines");
  const isInDistress = !isBeside && (escalation.reasons ?? []).includes("distress");
  const reasons = [...new Set((escalation.reasons ?? []).map(reasonInWords))];
  const title = isInDistress ? "有人可以陪您说说" : "转人工";
  return element(
    "div", { class: "escalation", role: "group", "aria-label": title },
    element("h2", { text: title }),
    reasons.length ? element("ul", { class: "reasons" }, ...reasons.map((text) => element("li", { text }))) : null,
    ...(isInDistress ? inDistress(escalation, openTalk) : [
      contact(escalation.department),
      wayToHelpers(escalation, askedAt, openTalk),
      escalation.summary ? summary(escalation.summary) : null,
    ]),
  );
}

/** Whom to call comes first; an office only where it was asked for, and a talk only where somebody reads it now. */
function inDistress(escalation, openTalk) {
  return [
    element("div", { class: "contacts" }, ...HELP_LINES.map(contactRow), escalation.department ? contactRow(escalation.department) : null),
    escalation.available_now ? button("转人工", openTalk, { class: "primary open-talk" }) : null,
  ];
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

/** Nothing where no helpers are set up: then nobody would answer. */
function wayToHelpers(escalation, askedAt, openTalk) {
  if (typeof escalation.available_now !== "boolean") return null;
  const words = availability(escalation, Date.now() - new Date(askedAt).getTime() < NOW_MS);
  return element("div", { class: "to-helpers" },
    words ? element("p", { class: "availability", text: words }) : null,
    button("转人工", openTalk, { class: "primary open-talk" }));
}

function availability({ available_now: isAvailable, opens_at: opensAt }, isFresh) {
  if (opensAt && new Date(opensAt) > Date.now()) {
    return `不在服务时间，${spokenMoment(opensAt)} 起恢复，可以先留言。`;
  }
  if (!isFresh) return "";
  return isAvailable ? "现在有工作人员在线。" : "服务时间内暂时没有人在岗，可以先留言。";
}

function summary(text) {
  return element("details", { class: "summary" },
    element("summary", { text: "可以这样向工作人员说明" }), element("p", { text }));
}
