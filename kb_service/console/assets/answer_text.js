/** An answer's text as paragraphs and tables, its marks as buttons. Everything stays text. */

import { CELL_BORDER } from "./citation.js";
import { button, element, outsideLink, safeAddress } from "./dom.js";
import { openVersion } from "./version_dialog.js";

/** Nodes for the text; `[1]` becomes a button only where a citation has that mark. */
export function answerText(text, citationByMark) {
  return blocksOf(text).map((block) => (block.rows
    ? table(block.rows, citationByMark)
    : element("p", { class: block.isNewQuote ? "new-quote" : null }, ...pieces(block.line, citationByMark))));
}

/** Lines, and runs of two or more rows with as many cells each. A line after a mark begins a new quote. */
function blocksOf(text) {
  const blocks = [];
  let isNewQuote = false;
  for (const line of text.split("\n")) {
    const cells = line.split(CELL_BORDER);
    const last = blocks.at(-1);
    if (cells.length > 1 && last?.rows?.[0].length === cells.length && !isNewQuote) last.rows.push(cells);
    else if (cells.length > 1) blocks.push({ rows: [cells], line, isNewQuote });
    else if (line.trim()) blocks.push({ line, isNewQuote });
    isNewQuote = /\[\d{1,3}\]\s*$/.test(line) || !line.trim();
  }
  return blocks.map((block) => (block.rows?.length === 1 ? { line: block.line, isNewQuote: block.isNewQuote } : block));
}

function table(rows, citationByMark) {
  const row = (cells, name) =>
    element("tr", {}, ...cells.map((cell) => element(name, {}, ...pieces(cell, citationByMark))));
  const [head, ...others] = rows;
  const body = others.map((cells) => row(cells, "td"));
  return element("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "表格" },
    element("table", {}, element("thead", {}, row(head, "th")), element("tbody", {}, ...body)));
}

function pieces(line, citationByMark) {
  return line.split(/(\[\d{1,3}\]|https?:\/\/[\w\-./?%&=#:~+@]+)/).map((piece) => {
    const citation = citationByMark.get(Number(/^\[(\d+)\]$/.exec(piece)?.[1]));
    if (citation) return markButton(citation);
    return safeAddress(piece) ? outsideLink(piece, piece) : piece;
  });
}

function markButton(citation) {
  return button(`${citation.mark}`, () => openVersion(citation), {
    class: "mark", "aria-label": `依据 ${citation.mark}：${citation.title}，打开原文`, title: citation.title,
  });
}
