/** The dialog that shows a version's whole text with the quoted place marked and scrolled into view. */

import { copiedText, headingsInWords, placeInWords, quotedTitle, stamps } from "./citation.js";
import { copyFrom } from "./clipboard.js";
import { splitAround } from "./codepoints.js";
import { intervalInWords } from "./days.js";
import { button, element, outsideLink } from "./dom.js";
import { versionText } from "./service.js";
import { FIELDS, KINDS } from "./words.js";

/** Opens `cited.version_id` at `[cited.start, cited.end)` (code points). `cited.quote` is what must stand there. */
export async function openVersion(cited) {
  const loading = new AbortController();
  const dialog = emptyDialog(cited, loading);
  document.body.append(dialog);
  dialog.showModal();
  try {
    fill(dialog, cited, await versionText(cited.version_id, loading.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    const trouble = element("p", { class: "trouble", role: "alert", text: error.message });
    dialog.querySelector(".version-body").replaceChildren(trouble);
  }
}

function emptyDialog(cited, loading) {
  const opener = document.activeElement;
  const dialog = element("dialog", { class: "version", "aria-labelledby": "version-title" });
  dialog.append(
    element(
      "header", { class: "version-head" },
      element("h2", { id: "version-title", text: quotedTitle(cited.title) }),
      button("关闭", () => dialog.close(), { class: "version-close", autofocus: true }),
    ),
    element("div", { class: "version-facts" }),
    element("div", { class: "version-body", tabindex: "0", role: "document", "aria-label": "原文" },
      element("p", { class: "hint", text: "正在打开原文…" })),
    element("footer", { class: "version-foot" }),
  );
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    loading.abort();
    dialog.remove();
    // The browser has given the focus back before this event; by now the reader may already be elsewhere.
    if (document.activeElement === document.body) opener?.focus();
  });
  return dialog;
}

function fill(dialog, cited, version) {
  const [before, quoted, after] = splitAround(version.text, cited.start, cited.end);
  const mark = element("mark", { class: "quoted", text: quoted });
  dialog.querySelector("#version-title").textContent = quotedTitle(version.title);
  dialog.querySelector(".version-facts").replaceChildren(...factsOf(cited, version));
  dialog.querySelector(".version-body").replaceChildren(
    ...doubts(cited, quoted), element("div", { class: "version-text" }, before, mark, after),
  );
  dialog.querySelector(".version-foot").replaceChildren(...actions(cited, version, mark));
  mark.scrollIntoView({ block: "center" });
}

/** The rule is quote == text[start:end]; when it does not hold the reader is told rather than shown a wrong place. */
function doubts(cited, quoted) {
  if (cited.quote === undefined || cited.quote === quoted) return [];
  return [element("p", { class: "trouble", role: "alert", text: "引用的文字与这里的原文对不上，请以原文为准。" })];
}

function factsOf(cited, version) {
  const place = [headingsInWords(cited.heading_path, version.title), placeInWords(cited)].filter(Boolean).join(" · ");
  const rows = [
    [FIELDS.department, version.department],
    [FIELDS.kind, KINDS[version.kind]],
    [FIELDS.document_number, version.document_number],
    [FIELDS.issued_on, version.issued_on],
    ["引用位置", place],
  ];
  const list = element("dl");
  for (const [term, fact] of rows) {
    if (fact) list.append(element("div", {}, element("dt", { text: term }), element("dd", { text: fact })));
  }
  const dates = intervalInWords(version);
  return [
    element("p", { class: "version-dates" }, ...stamps(version, cited.as_of),
      ...(dates.length ? dates : ["没有注明施行日"]).map((text) => element("span", { text }))),
    // On a phone the text needs the room: what else is known of the file is one tap away.
    element("details", { open: window.matchMedia("(min-width: 40rem)").matches },
      element("summary", { text: "文件信息" }), list),
  ];
}

function actions(cited, version, mark) {
  const copy = button("复制引文", () => copyFrom(copy, copiedText({ ...cited, ...version }, mark.textContent)));
  return [
    button("回到引用处", () => mark.scrollIntoView({ block: "center" })),
    copy,
    outsideLink(version.source_url, "原始网页"),
  ].filter(Boolean);
}
