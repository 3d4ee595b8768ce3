/** The list of hits: one focusable item each, moved through by arrow keys, opened by Enter, copied by C,
 * put into the reply by I. */

import { copiedText, headingsInWords, quotedTitle, sourceLine } from "./citation.js";
import { copyFrom } from "./clipboard.js";
import { button, byId, element } from "./dom.js";
import { withMatches } from "./matched_words.js";
import { openVersion } from "./version_dialog.js";

/** `asOf`: the day filtered for, if any; `insert(text)`: where a reply is being written. */
export function drawResults(hits, question, { asOf, insert }) {
  const items = hits.map((hit, position) => resultItem({ ...hit, as_of: asOf }, question, position, insert));
  byId("results").replaceChildren(...items);
}

/** Focuses the first result; false when there is none. */
export function enterResults() {
  const first = byId("results").firstElementChild;
  first?.focus();
  return Boolean(first);
}

/** Opens the first result, for Enter in the search box. */
export const openFirst = () => byId("results").querySelector(".open-hit")?.click();

function resultItem(hit, question, position, insert) {
  const quoted = () => copiedText(hit, selectedWithin(item) || hit.text);
  const copied = () => copyFrom(copy, quoted());
  const put = insert ? button("插入回复", () => insert(quoted()), { class: "insert-hit" }) : null;
  const copy = button("复制引文", copied, { class: "copy-hit" });
  const open = button("打开原文", () => openVersion({ ...hit, quote: undefined }), { class: "open-hit" });
  const headings = headingsInWords(hit.heading_path, hit.title);
  const item = element(
    "li", { class: "result", tabindex: position ? "-1" : "0", "aria-labelledby": `hit-${position}` },
    element("h2", { id: `hit-${position}` }, ...withMatches(quotedTitle(hit.title), question),
      hit.switched_off ? element("span", { class: "stamp stamp-withdrawn", text: "停答中" }) : null,
      headings ? element("span", { class: "headings" }, ...withMatches(headings, question)) : null),
    element("p", { class: "result-text" }, ...withMatches(hit.text, question)),
    element("div", { class: "result-foot" },
      sourceLine(hit, hit.as_of), element("div", { class: "result-actions" }, ...[put, copy, open].filter(Boolean))),
  );
  item.addEventListener("keydown", (event) => onKey(event, item, { copy, open, put }));
  item.addEventListener("focus", () => moveTabStop(item));
  return item;
}

function onKey(event, item, { copy, open, put }) {
  // Keys of the buttons inside stay theirs.
  if (event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    ArrowDown: () => item.nextElementSibling?.focus(),
    ArrowUp: () => (item.previousElementSibling ?? byId("question")).focus(),
    Home: () => item.parentElement.firstElementChild.focus(),
    End: () => item.parentElement.lastElementChild.focus(),
    Enter: () => open.click(),
    c: () => copy.click(),
    C: () => copy.click(),
    i: put && (() => put.click()),
    I: put && (() => put.click()),
    Escape: () => byId("question").focus(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** One stop for the Tab key in the whole list: the item last visited. */
function moveTabStop(item) {
  for (const sibling of item.parentElement.children) sibling.tabIndex = sibling === item ? 0 : -1;
}

/** What is selected with the mouse inside this hit, so that one sentence can be quoted alone. */
function selectedWithin(item) {
  const selection = window.getSelection();
  if (!selection.rangeCount) return "";
  const { commonAncestorContainer: selected } = selection.getRangeAt(0);
  return item.querySelector(".result-text").contains(selected) ? selection.toString().trim() : "";
}
