/** The lines of a talk, each once and in order, whatever way they came. */

import { answerText } from "./answer_text.js";
import { shortMoment } from "./days.js";
import { element } from "./dom.js";
import { MOVES } from "./words.js";

/** `person`: what the one who asked is called here, 您 or 居民. */
export function talkMessages(person) {
  const list = element("ol", { class: "talk-messages", role: "log", "aria-label": "会话内容", "aria-live": "off" });
  const lineOf = new Map();

  return {
    list,
    lastNumber: () => Math.max(0, ...lineOf.keys()),
    /** From now on what is added is read out. */
    speak() { list.setAttribute("aria-live", "polite"); },
    /** The new line, or null where it stands already. */
    add(message) {
      if (lineOf.has(message.number)) return null;
      const line = lineFor(message, person);
      const following = [...lineOf].filter(([number]) => number > message.number).sort(([a], [b]) => a - b)[0];
      list.insertBefore(line, following?.[1] ?? null);
      lineOf.set(message.number, line);
      return line;
    },
  };
}

function lineFor(message, person) {
  const { author, name, text, move, at } = message;
  const time = element("time", { datetime: at, text: shortMoment(at) });
  if (author === "event") {
    const told = MOVES[move].replace("{name}", name ?? person);
    return element("li", { class: "line line-event" }, text ? `${told}：${text}` : told, " ", time);
  }
  const { produced_by: made, confirmed_by: confirmedBy } = message;
  const who = { person, helper: confirmedBy && confirmedBy !== name ? `${name}（${confirmedBy} 确认）` : name, note: `${name} 备注（仅工作人员可见）` }[author];
  return element("li", { class: `line line-${author}` },
    element("span", { class: "line-head" }, element("span", { class: "line-who", text: who }), " ", time),
    element("div", { class: "line-text" }, ...answerText(text, new Map())),
    made?.is_ai ? element("span", { class: "line-made", text: made.label }) : null);
}
