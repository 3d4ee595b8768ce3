/** Above the search of the desk: ready texts for the talk that is open, put into the reply by one key, and how like
 * questions were resolved. What became of them goes along with the reply. */

import { copiedText, quotedTitle, stamps } from "./citation.js";
import { intervalInWords, shortMoment } from "./days.js";
import { onAlt } from "./desk_keys.js";
import { button, element } from "./dom.js";
import { getJson } from "./service.js";
import { openVersion } from "./version_dialog.js";

// The person may write several lines in a row.
const PAUSE_MS = 400;
const KEYS = ["1", "2", "3"];
const MOST_VERSIONS = 20;
// So long a clause, unchanged in the reply, says that it was made from the suggestion.
const CLAUSE = 4;

const versionsOf = (texts) => [...new Set(texts.flatMap(({ citations }) => citations.map((each) => each.version_id)))];

/** Placed after `search`; `insert(text)` puts a text where the reply is being written. */
export function suggestions(search, insert) {
  const status = element("p", { class: "desk-status", role: "status" });
  const texts = element("ol", { class: "suggested", "aria-label": "可插入的建议" });
  const cases = element("details", { class: "cases", hidden: true });
  const root = element("section", { id: "suggestions", class: "suggestions", "aria-labelledby": "suggestions-title", hidden: true },
    element("div", { class: "suggestions-head" },
      element("h2", { id: "suggestions-title", text: "建议答复" }),
      element("span", { class: "hint", text: "摘自现行资料，未经核对，看过再发" })),
    status, element("div", { class: "suggestions-columns" }, texts, cases));
  search.after(root);
  // By talk: what stands there and for which question, whether a reply was counted since, what was put into the reply.
  const stateOf = new Map();
  let shown = null;
  let timer;
  let current = new AbortController();
  for (const key of KEYS) onAlt(key, () => texts.children[Number(key) - 1]?.querySelector(".insert-suggestion").click());

  const state = (id) => stateOf.get(id) ?? stateOf.set(id, { question: "", texts: [], isCounted: true, inserted: [] }).get(id);

  function show(id) {
    shown = id;
    root.hidden = false;
    draw(state(id).texts, []);
    refresh(id, 0);
  }

  function hide() {
    shown = null;
    cancel();
    root.hidden = true;
  }

  function cancel() {
    clearTimeout(timer);
    current.abort();
    current = new AbortController();
  }

  function refresh(id, pause = PAUSE_MS) {
    if (id !== shown) return;
    cancel();
    const { signal } = current;
    status.textContent = "正在查找…";
    timer = setTimeout(() => load(id, signal), pause);
  }

  async function load(id, signal) {
    try {
      const found = await getJson(`/v1/suggestions?${new URLSearchParams({ escalation: id })}`, signal);
      if (signal.aborted) return;
      const its = state(id);
      const isNews = JSON.stringify([its.question, its.texts]) !== JSON.stringify([found.question, found.texts]);
      Object.assign(its, { question: found.question, texts: found.texts, isCounted: its.isCounted && !isNews });
      draw(found.texts, found.cases);
      status.textContent = inWords(found);
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = `暂时没有建议：${error.message}`;
    }
  }

  function draw(found, like) {
    texts.replaceChildren(...found.map((each, position) => suggestion(each, position)));
    cases.hidden = !like.length;
    cases.replaceChildren(element("summary", { text: `相似问题的办结情况 ${like.length} 条` }),
      element("ul", {}, ...like.map(resolvedCase)));
  }

  function suggestion(each, position) {
    const put = element("button", {
      type: "button", class: "insert-suggestion", "aria-keyshortcuts": `Alt+${KEYS[position]}`,
      "aria-label": `插入回复：建议 ${position + 1}`, on: { click: () => insertOf(each) },
    }, "插入回复 ", element("kbd", { "aria-hidden": "true", text: `Alt ${KEYS[position]}` }));
    return element("li", { class: "suggestion" },
      element("p", { class: "suggestion-text", tabindex: "0", text: each.text }),
      element("div", { class: "suggestion-foot" }, put, ...firstOfEach(each.citations).map(source)));
  }

  function insertOf(each) {
    state(shown).inserted.push(each);
    insert(each.text);
  }

  return {
    show,
    hide,
    /** The person wrote in this talk. */
    heard: (id) => refresh(id),
    /** What the reply says of the suggestions it was written with. */
    use(id, text) {
      const its = state(id);
      const made = its.inserted.filter((each) => keepsSomeOf(text, each.text));
      if (made.length) return { suggested: made.map((each) => each.text).join("\n"), versions: versionsOf(made).slice(0, MOST_VERSIONS) };
      if (its.isCounted || !its.texts.length) return {};
      return { suggestions_ignored: true, versions: versionsOf(its.texts).slice(0, MOST_VERSIONS) };
    },
    /** The reply was sent. */
    sent(id) { Object.assign(state(id), { isCounted: true, inserted: [] }); },
  };
}

/** One citation of each version: the button leads to its first place. */
const firstOfEach = (citations) =>
  citations.filter((each, at) => citations.findIndex((other) => other.version_id === each.version_id) === at);

/** Whether a clause of the suggestion stands in the reply as it was. */
const keepsSomeOf = (reply, suggested) =>
  suggested.split(/[。；;，,！？\n]/).some((clause) => clause.trim().length >= CLAUSE && reply.includes(clause.trim()));

function source(cited) {
  const facts = [quotedTitle(cited.title), ...intervalInWords(cited)].join("，");
  return element("span", { class: "suggestion-source" }, ...stamps(cited),
    button(facts, () => openVersion(cited), { class: "suggestion-open", title: copiedText(cited, cited.quote), "aria-label": `打开原文：${facts}` }));
}

function resolvedCase({ question, reply, closed_at: closedAt }) {
  return element("li", {},
    element("p", { class: "case-question", text: question }),
    element("p", { class: "case-reply", text: reply }),
    element("p", { class: "hint", text: `${shortMoment(closedAt)} 办结` }));
}

function inWords({ question, texts, cases }) {
  if (!question) return "居民的话里还没有能查资料的问题，暂时没有建议。";
  if (texts.length) return `有 ${texts.length} 条建议${cases.length ? `，${cases.length} 条相似办结` : ""}`;
  return `现行资料里没有找到能直接回答的内容，没有建议；可以换个说法检索${cases.length ? "，或查下面的相似办结" : ""}。`;
}
