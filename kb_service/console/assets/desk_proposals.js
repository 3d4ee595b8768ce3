/** Proposed replies (拟复) of the talk that is open: to be sent, edited or sent back by one key each. */

import { answerText } from "./answer_text.js";
import { quotedTitle } from "./citation.js";
import { shortMoment } from "./days.js";
import { onAlt } from "./desk_keys.js";
import { button, element } from "./dom.js";
import { askForMove, reason } from "./move_dialog.js";
import { decide } from "./talk_service.js";
import { LIMITS } from "./words.js";
import { openVersion } from "./version_dialog.js";

/** `talkId`; `become(escalation)` after a step; `insert(text)` into the reply; `tell(words)` what went wrong. */
export function proposalCards({ talkId, become, insert, tell }) {
  const said = element("p", { class: "visually-hidden", role: "status" });
  const cards = element("div", { class: "proposals" });
  const root = element("section", { "aria-label": "拟复", hidden: true }, said, cards);
  const kept = new Map();
  let seen = new Set();
  for (const letter of ["S", "U", "Q"]) onAlt(letter, () => root.querySelector(`[aria-keyshortcuts="Alt+${letter}"]`)?.click());

  async function step(number, name, body) {
    become(await decide(talkId, number, name, body));
    tell("");
    document.getElementById("reply")?.focus();
  }
  const act = (...step_) => step(...step_).catch((error) => tell(error.message));
  const actions = { act, step, insert };

  return {
    root,
    /** All of the talk; a card that has not changed stays as it is, with what is being written in it. */
    draw(proposals) {
      const shown = proposals.filter((each, at) => each.state === "open" || isSentBack(each, proposals.slice(at + 1)));
      for (const number of [...kept.keys()].filter((each) => !shown.some((one) => keyOf(one) === each))) kept.delete(number);
      for (const each of shown) if (!kept.has(keyOf(each))) kept.set(keyOf(each), card(each, actions));
      cards.replaceChildren(...shown.map((each) => kept.get(keyOf(each))));
      root.hidden = !shown.length;
      const isNew = shown.some((each) => !seen.has(keyOf(each)));
      seen = new Set(shown.map(keyOf));
      said.textContent = isNew ? inWords(shown) : "";
      return isNew;
    },
  };
}

const keyOf = ({ number, state, may_approve: mayApprove }) => `${number} ${state} ${mayApprove}`;

/** What its author has to know: until they propose another. */
const isSentBack = (proposal, following) =>
  proposal.is_own && proposal.state === "rejected" && !following.some((each) => each.by === proposal.by);

function inWords(shown) {
  if (shown.some((each) => each.may_approve)) return "有一条拟复等待您确认";
  if (shown.some((each) => each.state === "rejected")) return "您的拟复被退回了";
  return "有一条拟复等待确认";
}

function card(proposal, { act, step, insert }) {
  const { number, state, name, text, citations, at, produced_by: made } = proposal;
  const isByAssistant = !proposal.by;
  const body = element("div", { class: "proposal-text" }, ...answerText(text, new Map()));
  const row = element("div", { class: "proposal-row" });
  const place = element("article", { class: `proposal proposal-${state}`, "aria-label": `${name ?? "小申"}的拟复` },
    element("p", { class: "proposal-head" },
      element("strong", { text: proposal.is_own ? "您的拟复" : `${name ?? "小申"}的拟复` }), " ",
      element("span", { class: `talk-chip${proposal.may_approve ? " talk-chip-open" : ""}`, text: chipOf(proposal) }), " ",
      element("time", { datetime: at, text: shortMoment(at) })),
    isByAssistant ? element("p", { class: "hint", text: `${made.label}；把握不够，没有答复居民，请核对后再发` }) : null,
    body,
    citations.length ? sources(citations) : null,
    state === "rejected" ? element("p", { class: "proposal-reason", text: `${proposal.settled_by}退回：${proposal.reason}` }) : null,
    row);

  function read() {
    place.replaceChild(body, place.querySelector(".proposal-text, textarea"));
    row.replaceChildren(...buttonsFor(proposal, { act, edit, sendBack, again: () => insert(text) }));
  }

  function edit() {
    const box = element("textarea", {
      rows: "4", maxlength: String(LIMITS.longest_question), "aria-label": "修改拟复", autocomplete: "off",
    });
    box.value = text;
    place.replaceChild(box, body);
    row.replaceChildren(
      keyed("发送修改后的", "S", () => (box.value.trim() ? act(number, "approve", { text: box.value }) : box.focus()), "primary"),
      button("取消", () => { read(); }, { class: "quiet" }));
    box.focus();
  }

  const sendBack = () => askForMove(isByAssistant ? "不用小申的拟复" : `退回给${name}`,
    [reason({ label: isByAssistant ? "原因（可不填）" : "原因", isNeeded: () => !isByAssistant })],
    (values) => step(number, "reject", values));

  read();
  return place;
}

function chipOf({ state, may_approve: mayApprove }) {
  if (state === "rejected") return "已退回";
  return mayApprove ? "待您确认" : "等待确认";
}

function buttonsFor(proposal, { act, edit, sendBack, again }) {
  const { number, state } = proposal;
  if (state === "rejected") return [button("改后再交", again, { class: "quiet" })];
  if (proposal.may_approve) {
    return [
      keyed("发送", "S", () => act(number, "approve"), "primary"),
      keyed("修改", "U", edit, "quiet"),
      keyed("退回", "Q", sendBack, "quiet")];
  }
  const hint = element("span", { class: "hint", text: "确认之前居民看不到" });
  return proposal.may_withdraw ? [keyed("撤回", "Q", () => act(number, "withdraw"), "quiet"), hint] : [hint];
}

/** The key works for the first such button on the page: see `onAlt` above. */
function keyed(label, letter, onClick, kind) {
  return element("button", { type: "button", class: kind, on: { click: onClick }, "aria-keyshortcuts": `Alt+${letter}` },
    label, " ", element("kbd", { "aria-hidden": "true", text: `Alt ${letter}` }));
}

/** Each place that it quotes, to be read before it is sent. */
function sources(citations) {
  return element("p", { class: "proposal-sources" }, "打开原文：",
    ...citations.map((each) => button(quotedTitle(each.title), () => openVersion(each), { class: "quiet" })));
}
