/** How a citation is shown: its source line, its standing today, its quote, and the text one copies. */

import { clockTime, intervalInWords, standing } from "./days.js";
import { element } from "./dom.js";
import { KINDS, STANDINGS } from "./words.js";

// Parsed tables are stored one row a line, cells apart by this.
export const CELL_BORDER = " | ";

/** The words quoted, cells of a table's row apart by commas. */
export const quoteInWords = (quote) => quote.replaceAll(CELL_BORDER, "，");

/** 现行有效 / 已失效 / 尚未施行 today; where another day was asked about (`asOf`) and it
 * differs, that day's first. A withdrawn version was wrong on every day. */
export function stamps(cited, asOf) {
  const today = cited.withdrawn ? "withdrawn" : standing(cited);
  const wasInForce = asOf && ["ended", "not_yet"].includes(today) && standing(cited, asOf) === "in_force";
  if (!wasInForce) return [stamp(today, STANDINGS[today])];
  return [stamp("in_force", `${asOf} 有效`), stamp(today, `现${STANDINGS[today]}`)];
}

const stamp = (state, text) => element("span", { class: `stamp stamp-${state}`, text });

export const quotedTitle = (title) => (/^《.*》/.test(title) ? title : `《${title}》`);

/** Headings below the document's title: 第二章 › 第五条 */
export const headingsInWords = (path, title) => (path ?? []).filter((heading) => heading !== title).join(" › ");

export function placeInWords({ page, second }) {
  if (typeof page === "number") return `第 ${page} 页`;
  return typeof second === "number" ? `视频 ${clockTime(second)}` : "";
}

/** Standing, dates, department and place in one line. */
export function sourceLine(cited, asOf) {
  const facts = [...intervalInWords(cited), cited.department, KINDS[cited.kind], placeInWords(cited)].filter(Boolean);
  return element(
    "p", { class: "source-line" },
    ...stamps(cited, asOf), ...facts.map((fact) => element("span", { class: "source-fact", text: fact })),
  );
}

/** 「quote」——《title》headings，自 2026-07-01 起施行; the address of the source on a line of its own. */
export function copiedText(cited, quote) {
  const headings = headingsInWords(cited.heading_path, cited.title);
  const source = [quotedTitle(cited.title) + headings, ...intervalInWords(cited)].filter(Boolean).join("，");
  const ended = standing(cited) === "ended" ? "（已失效）" : "";
  const address = /^https?:\/\//i.test(cited.source_url ?? "") ? `\n${cited.source_url}` : "";
  return `「${quoteInWords(quote.trim())}」——${source}${ended}${address}`;
}
