/** Which parts of a passage match what was typed: runs of two or more characters the two texts share. */

import { element } from "./dom.js";

// Words of asking that occur everywhere: marking them would hide the words that matter.
const ASKING_WORDS = /怎么办理|怎么办|怎么|如何|什么|哪些|哪里|多少|需要|请问|可以|是否|办理/g;

/** The text as nodes, its matching runs inside `<mark>`. */
export function withMatches(text, question) {
  const nodes = [];
  let shown = 0;
  for (const [start, end] of matchingRuns(text, question)) {
    nodes.push(text.slice(shown, start), element("mark", { text: text.slice(start, end) }));
    shown = end;
  }
  nodes.push(text.slice(shown));
  return nodes;
}

/** Half-open UTF-16 ranges, ascending and apart. */
function matchingRuns(text, question) {
  const searched = text.toLowerCase();
  const pairs = pairsOf(question);
  const runs = [];
  for (let at = 0; at + 1 < searched.length; at += 1) {
    if (!pairs.has(searched.slice(at, at + 2))) continue;
    const last = runs.at(-1);
    if (last && last[1] >= at) last[1] = at + 2;
    else runs.push([at, at + 2]);
  }
  return runs;
}

/** Neighbouring characters of each stretch of letters, digits and Han characters. */
function pairsOf(question) {
  const pairs = new Set();
  for (const stretch of question.toLowerCase().replace(ASKING_WORDS, " ").match(/[\p{L}\p{N}]+/gu) ?? []) {
    for (let at = 0; at + 1 < stretch.length; at += 1) pairs.add(stretch.slice(at, at + 2));
  }
  return pairs;
}
