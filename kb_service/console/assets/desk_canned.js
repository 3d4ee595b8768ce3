/** Canned replies at the desk: found as one types, chosen by arrow keys and Enter, inserted and not sent. */

import { keyedButton } from "./desk_keys.js";
import { element } from "./dom.js";
import { cannedReplies } from "./talk_service.js";

// What the key beside the right Shift gives, also by input methods for Chinese.
const OPENING = ["/", "／", "、"];

/** Of the talk `talkId`, into `box`. Gives the button that opens it and its `root`, to be placed by the box. */
export function cannedPicker(box, talkId) {
  let replies = [];
  let found = [];
  let active = 0;
  const list = element("ul", { id: "canned-list", class: "canned-list", role: "listbox", "aria-label": "常用语" });
  const input = element("input", {
    type: "text", role: "combobox", "aria-label": "查找常用语", placeholder: "标题、快捷词或内容", autocomplete: "off",
    "aria-controls": "canned-list", "aria-expanded": "true", "aria-autocomplete": "list",
  });
  const state = element("p", { class: "hint", role: "status" });
  const keys = element("span", { class: "hint canned-keys", text: "↑↓ 选择 · Enter 插入 · Esc 关闭" });
  const root = element("div", { class: "canned", hidden: true }, element("div", { class: "canned-head" }, input, keys), list, state);
  const opener = keyedButton("常用语", "Y", () => (root.hidden ? open() : close()), { class: "quiet", "aria-expanded": "false" });

  async function open() {
    root.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    input.value = "";
    input.focus();
    state.textContent = replies.length ? "" : "正在读取…";
    draw();
    stayAtNewest();
    try {
      replies = await cannedReplies(talkId);
      state.textContent = "";
      draw();
      stayAtNewest();
    } catch (error) {
      state.textContent = error.message;
    }
  }

  /** The talk has less room meanwhile: what was said last stays in view. */
  function stayAtNewest() {
    const talk = box.closest(".desk-talk").querySelector(".desk-talk-scroll");
    talk.scrollTop = talk.scrollHeight;
  }

  function close({ isBack = true } = {}) {
    root.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (isBack) box.focus();
  }

  function draw() {
    found = matching(replies, input.value.trim().toLowerCase());
    active = 0;
    list.replaceChildren(...found.map((reply, position) => option(reply, position)));
    if (replies.length) state.textContent = found.length ? "" : "没有找到，换个词试试";
    point();
  }

  function option({ title, shortcut, text }, position) {
    const chosen = element("li", { role: "option", id: `canned-${position}`, on: { click: () => insert(position) } },
      element("span", { class: "canned-title" }, title, shortcut ? element("kbd", { text: `/${shortcut}` }) : null),
      element("span", { class: "canned-text", text }));
    // The focus stays where one types.
    chosen.addEventListener("mousedown", (event) => event.preventDefault());
    return chosen;
  }

  function point() {
    [...list.children].forEach((each, position) => each.setAttribute("aria-selected", String(position === active)));
    if (found.length) input.setAttribute("aria-activedescendant", `canned-${active}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function insert(position) {
    close();
    put(found[position].text);
  }

  function put(text) {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function onKey(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) active = (active + step + found.length) % found.length;
    else if (event.key === "Enter") { if (found.length) insert(active); }
    else if (event.key === "Escape") close();
    else if (OPENING.includes(event.key) && !input.value) { close(); put(event.key); }
    else return;
    event.preventDefault();
    if (!root.hidden) point();
  }

  input.addEventListener("input", (event) => { if (!event.isComposing) draw(); });
  input.addEventListener("compositionend", draw);
  input.addEventListener("keydown", onKey);
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!root.hidden && relatedTarget && !root.contains(relatedTarget) && relatedTarget !== opener) close({ isBack: false });
  });
  box.addEventListener("input", (event) => {
    if (event.isComposing || !OPENING.includes(event.data) || box.selectionStart !== 1) return;
    box.setRangeText("", 0, 1, "start");
    open();
  });
  return { root, opener };
}

/** Those that hold the words; a shortcut that is typed out first, then titles, then texts. */
function matching(replies, words) {
  const rankOf = ({ title, shortcut, text }) => {
    const word = shortcut?.toLowerCase() ?? "";
    if (word === words) return 0;
    if (word.startsWith(words)) return 1;
    if (title.toLowerCase().includes(words)) return 2;
    return text.toLowerCase().includes(words) ? 3 : null;
  };
  if (!words) return replies;
  const ranked = replies.map((reply) => ({ reply, rank: rankOf(reply) })).filter(({ rank }) => rank !== null);
  return ranked.sort((a, b) => a.rank - b.rank).map(({ reply }) => reply);
}
