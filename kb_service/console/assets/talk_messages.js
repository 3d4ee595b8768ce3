/** The lines of a talk, each once and in order, whatever way they came. */

import { answerText } from "./answer_text.js";
import { shortMoment } from "./days.js";
import { element } from "./dom.js";
import { shownAttachment } from "./talk_attachments.js";
import { meetingLine } from "./talk_meeting.js";
import { MOVES } from "./words.js";

/** `person`: what the one who asked is called here, 您 or 居民. `attachedAt(number)`: where an attachment is read.
 * `meeting`: `{label, onOpen}` of one that is offered. */
export function talkMessages(person, { attachedAt, meeting }) {
  const list = element("div", { class: "talk-messages", role: "log", "aria-label": "会话内容", "aria-live": "off" });
  const lineOf = new Map();

  return {
    list,
    lastNumber: () => Math.max(0, ...lineOf.keys()),
    /** From now on what is added is read out. */
    speak() { list.setAttribute("aria-live", "polite"); },
    /** The new line, or null where it stands already. */
    add(message) {
      if (lineOf.has(message.number)) return null;
      const line = lineFor(message, person, { attachedAt, meeting });
      line.dataset.number = message.number;
      const following = [...lineOf].filter(([number]) => number > message.number).sort(([a], [b]) => a - b)[0];
      list.insertBefore(line, following?.[1] ?? null);
      lineOf.set(message.number, line);
      return line;
    },
  };
}

function lineFor(message, person, { attachedAt, meeting }) {
  const { author, name, text, move, at } = message;
  const time = element("time", { datetime: at, text: shortMoment(at) });
  if (author === "event") {
    const told = MOVES[move].replace("{name}", name ?? person);
    if (move === "meet" && text) return meetingLine({ told, address: text, time, ...meeting });
    return element("div", { class: `line line-event line-${move}` }, text ? `${told}：${text}` : told, " ", time);
  }
  const { produced_by: made, confirmed_by: confirmedBy } = message;
  const who = { person, helper: confirmedBy && confirmedBy !== name ? `${name}（${confirmedBy} 确认）` : name, note: `${name} 备注（仅工作人员可见）` }[author];
  return element("div", { class: `line line-${author}` },
    element("span", { class: "line-head" }, element("span", { class: "line-who", text: who }), " ", time),
    ...(message.attachments ?? []).map((each) => shownAttachment(each, { address: attachedAt(each.number), who })),
    text ? element("div", { class: "line-text" }, ...answerText(text, new Map())) : null,
    made?.is_ai ? element("span", { class: "line-made", text: made.label }) : null);
}
