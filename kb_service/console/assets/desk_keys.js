/** Keys of the desk: Alt and a letter. Letters that browsers take for menus and the address (D, E, F…) are left to them. */

import { element } from "./dom.js";

const actions = new Map();

/** A button with its key shown on it; `letter` works with Alt anywhere on the page, as long as the button does. */
export function keyedButton(label, letter, onClick, properties = {}) {
  const made = element(
    "button", { type: "button", on: { click: onClick }, "aria-keyshortcuts": `Alt+${letter}`, ...properties },
    label, " ", element("kbd", { "aria-hidden": "true", text: `Alt ${letter}` }));
  onAlt(letter, () => made.click());
  return made;
}

/** `key`: a letter or digit, or the name of a key such as ArrowDown. */
export function onAlt(key, action) {
  const code = /^\d$/.test(key) ? `Digit${key}` : `Key${key}`;
  actions.set(key.length === 1 ? code : key, action);
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
  const action = actions.get(event.code);
  if (!action || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
});
