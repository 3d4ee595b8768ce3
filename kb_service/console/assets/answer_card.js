/** One stored answer drawn whole: text with its marks, notices, the way to a person, footnotes, feedback. */

import { answerText } from "./answer_text.js";
import { headingsInWords, placeInWords, quotedTitle, quoteInWords, sourceLine } from "./citation.js";
import { shanghaiDay, spokenDay } from "./days.js";
import { button, element } from "./dom.js";
import { escalationPanel } from "./escalation.js";
import { feedbackBar } from "./feedback.js";
import { CARRIED, OUTCOMES } from "./words.js";
import { openVersion } from "./version_dialog.js";

// Below this an answer carries a plain request to check it; residents are not shown the number itself.
const LOW_CONFIDENCE = 0.5;
// What stands above the notices: the title of the first kind that is among them.
const NOTICE_TITLES = [
  ["succeeded", "规定已有变化"],
  ["scheduled_successor", "规定将有变化"],
  ["ended", "请留意有效期"],
  ["scheduled_end", "请留意有效期"],
];

/** `actions`: askAgain({question, matter_id}), openTalk(), resolved (true, false or undefined), onFeedback(resolved). */
export function answerCard(answer, actions) {
  const citations = (answer.citations ?? []).map((citation) => ({ ...citation, as_of: answer.as_of }));
  const citationByMark = new Map(citations.map((citation) => [citation.mark, citation]));
  return element(
    "article", { class: `answer answer-${answer.outcome}`, "aria-label": "小申的答复" },
    cardHead(answer),
    announced((answer.notices ?? []).filter(isHelpLines), "有人可以陪您说说"),
    element("div", { class: "answer-text" }, ...answerText(answer.text, citationByMark)),
    producedBy(answer.produced_by),
    doubt(answer),
    announced((answer.notices ?? []).filter(isAnnouncement), "公告"),
    notices((answer.notices ?? []).filter((notice) => !isAnnouncement(notice) && !isHelpLines(notice))),
    options(answer, actions.askAgain),
    escalationPanel(answer, actions.openTalk),
    possible(answer),
    footnotes(citations),
    answer.outcome === "answered" ? feedbackBar(answer, actions) : null,
    related(answer.related_questions ?? [], actions.askAgain),
  );
}

function cardHead(answer) {
  // Small talk needs no heading.
  const heading = answer.outcome === "courtesy" ? "" : OUTCOMES[answer.outcome];
  const isOtherDay = answer.as_of && answer.as_of !== shanghaiDay(new Date(answer.asked_at ?? Date.now()));
  return element(
    "header", { class: "answer-head" },
    element("span", { class: "speaker", text: "小申" }),
    heading ? element("span", { class: "outcome", text: heading }) : null,
    matterChip(answer),
    isOtherDay ? element("span", { class: "chip chip-day", text: `按 ${spokenDay(answer.as_of)} 的规定` }) : null,
  );
}

/** The matter an answer is about, and whether that was taken over from before. */
function matterChip({ matter, understood_as: understood }) {
  if (!matter) return null;
  const carried = (understood?.carried_over ?? []).map((what) => CARRIED[what]).find(Boolean);
  return element("span", { class: "chip", text: carried ? `${carried}：${matter.name}` : matter.name });
}

function doubt(answer) {
  if (answer.outcome !== "answered") return null;
  const isLow = answer.confidence_applies !== false && answer.confidence < LOW_CONFIDENCE;
  if (!isLow) return null;
  return element("p", { class: "doubt", text: "这条答复不一定完全对应您的情况，请点开依据核对原文，或向责任单位确认。" });
}

/** What made the words, as GB 45438-2025 asks of a service like this. */
const producedBy = (made) => made && element("p", { class: "produced-by", text: made.label });

const isAnnouncement = ({ kind }) => kind === "announcement";
const isHelpLines = ({ kind }) => kind === "help_lines";

function announced(list, title) {
  if (!list.length) return null;
  return element("div", { class: "notices", role: "group", "aria-label": title },
    element("strong", { class: "notices-title", text: title }),
    element("ul", {}, ...list.map((notice) => element("li", { text: notice.text }))));
}

function notices(list) {
  if (!list.length) return null;
  const title = NOTICE_TITLES.find(([kind]) => list.some((notice) => notice.kind === kind))?.[1] ?? "请留意日期";
  const lines = list.map((notice) => element("li", { text: notice.text }));
  return element("div", { class: "notices", role: "group", "aria-label": "规定变化提醒" },
    element("strong", { class: "notices-title", text: title }), element("ul", {}, ...lines));
}

function options(answer, askAgain) {
  const clarification = answer.clarification;
  if (!clarification) return null;
  const buttons = clarification.options.map((option) => button(option.label, () => askAgain(chosen(option))));
  const isRepeated = answer.text.includes(clarification.question);
  return element("div", { class: "options", role: "group", "aria-label": "请选择" },
    isRepeated ? null : element("p", { text: clarification.question }), element("div", { class: "option-row" }, ...buttons));
}

/** The label is what the person says; what it stands for goes with it, as far as the option tells. */
function chosen({ label, matter_id: matterId, region, audience }) {
  const meant = Object.entries({ matter_id: matterId, region, audience }).filter(([, value]) => value);
  return { question: label, ...Object.fromEntries(meant) };
}

/** One card a version, with each place that is cited of it. */
function footnotes(citations) {
  if (!citations.length) return null;
  const byVersion = new Map(citations.map((citation) => [citation.version_id, []]));
  for (const citation of citations) byVersion.get(citation.version_id).push(citation);
  const cards = [...byVersion.values()].map(footnote);
  return element("div", { class: "footnotes", role: "group", "aria-label": "依据" },
    element("h2", { text: `依据（${cards.length}）` }), element("ol", {}, ...cards));
}

function footnote(citations) {
  const [first] = citations;
  return element(
    "li", { class: "footnote" },
    element("p", { class: "footnote-title" }, element("strong", { text: quotedTitle(first.title) })),
    sourceLine({ ...first, page: null, second: null }, first.as_of),
    ...citations.map(footnotePlace),
  );
}

function footnotePlace(citation) {
  const headings = headingsInWords(citation.heading_path, citation.title);
  const place = [headings, placeInWords(citation)].filter(Boolean).join(" · ");
  return element(
    "div", { class: "footnote-place" },
    element("span", { class: "footnote-mark", "aria-hidden": "true", text: `${citation.mark}` }),
    element(
      "div", { class: "footnote-body" },
      place ? element("p", { class: "headings", text: place }) : null,
      element("blockquote", { text: quoteInWords(citation.quote) }),
      button("查看原文", () => openVersion(citation), { class: "open-quote", "aria-label": `查看原文：依据 ${citation.mark}` }),
    ),
  );
}

/** What may have to do with a question that got no answer: apart from the answer, and named as unconfirmed. */
function possible(answer) {
  const found = answer.possible ?? [];
  if (!found.length) return null;
  return element("div", { class: "possible", role: "group", "aria-label": "可能相关（未确认）" },
    element("h2", { text: "可能相关（未确认）" }),
    element("p", { class: "hint", text: "下面是现行资料里的原文，不一定对应您的情况，不是答复。" }),
    element("ul", {}, ...found.map((each) => possibleQuote({ ...each, as_of: answer.as_of }))));
}

function possibleQuote(quoted) {
  const title = quotedTitle(quoted.title);
  return element("li", {},
    element("strong", { text: title }),
    sourceLine(quoted, quoted.as_of),
    element("blockquote", { text: quoteInWords(quoted.quote) }),
    button("查看原文", () => openVersion(quoted), { class: "open-quote", "aria-label": `查看原文：${title}` }));
}

function related(questions, askAgain) {
  if (!questions.length) return null;
  const items = questions.map((question) => element("li", {}, button(question, () => askAgain({ question }))));
  return element("div", { class: "related" }, element("h2", { text: "您可能还想问" }), element("ul", {}, ...items));
}
