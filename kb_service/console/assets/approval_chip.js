/** The mark of a talk with a proposed reply, in every list of talks. */

import { element } from "./dom.js";

/** Null where none is open. What nobody is in charge of yet can only have a draft of the assistant's. */
export function approvalChip({ awaits_you: awaitsYou, open_proposals: open, helper }) {
  if (awaitsYou) return element("span", { class: "talk-chip talk-chip-open", text: "待您确认" });
  if (!open) return null;
  return element("span", { class: "talk-chip", text: helper ? "等待确认" : "有拟稿" });
}
