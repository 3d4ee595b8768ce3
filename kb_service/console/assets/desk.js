/** The helper's desk: results as one types, stale replies dropped, the responsible department beside. */

import { byId, element } from "./dom.js";
import { drawResults, enterResults, openFirst } from "./desk_results.js";
import { clearRoutes, drawRoutes } from "./desk_routes.js";
import { startTalks } from "./desk_talks.js";
import { routes, search } from "./service.js";
import { DISTRICTS, KINDS } from "./words.js";

const SEARCH_PAUSE_MS = 120;
// The department changes less from letter to letter than the results do: ask once the typing rests.
const ROUTE_PAUSE_MS = 350;
const RESULT_LIMIT = 20;
const SHORTEST = 2;

const question = byId("question");
const runs = { search: laterRun(SEARCH_PAUSE_MS, showResults), routes: laterRun(ROUTE_PAUSE_MS, showRoutes) };
let isComposing = false;
// Puts text into the reply of the talk that is open, where the helper holds talks.
let insert = null;

function start() {
  byId("kind").append(...Object.entries(KINDS).map(([value, text]) => element("option", { value, text })));
  byId("region").append(...DISTRICTS.map((name) => element("option", { value: name, text: name })));
  question.addEventListener("input", () => { if (!isComposing) refresh(); });
  // While pinyin is being composed its letters are no question yet.
  question.addEventListener("compositionstart", () => { isComposing = true; });
  question.addEventListener("compositionend", () => { isComposing = false; refresh(); });
  question.addEventListener("keydown", onKey);
  for (const id of ["kind", "as-of", "region"]) byId(id).addEventListener("change", refresh);
  byId("clear-filters").addEventListener("click", clearFilters);
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", onSlash);
  if (question.value) refresh();
  startTalks({ searchFor, focusSearch }).then((desk) => {
    insert = desk?.insert ?? null;
    if (insert) refresh();
  });
}

/** For what a talk is about, unless the helper has typed something else since. */
function searchFor(text, previous) {
  if (question.value.trim() && question.value !== previous) return;
  question.value = text;
  refresh();
}

function focusSearch() {
  question.focus();
  question.select();
}

/** Runs the newest request only: a new one waits `pause`, and aborts the one on its way. */
function laterRun(pause, show) {
  let timer;
  let current = new AbortController();
  const cancel = () => { clearTimeout(timer); current.abort(); };
  return {
    cancel,
    schedule(...parameters) {
      cancel();
      current = new AbortController();
      const { signal } = current;
      timer = setTimeout(() => show(signal, ...parameters), pause);
    },
  };
}

function filters() {
  const chosen = { as_of: byId("as-of").value, kind: byId("kind").value, region: byId("region").value };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
}

function refresh() {
  const typed = question.value.trim();
  byId("clear-filters").hidden = !Object.keys(filters()).length;
  if ([...typed].length < SHORTEST) return showNothing();
  runs.search.schedule(typed);
  runs.routes.schedule(typed);
}

function showNothing() {
  runs.search.cancel();
  runs.routes.cancel();
  drawResults([], "", {});
  byId("status").textContent = "";
  byId("trouble").hidden = true;
  byId("empty").hidden = false;
  clearRoutes("输入问题后显示由谁负责。");
}

async function showResults(signal, typed) {
  const started = performance.now();
  try {
    const { hits } = await search({ question: typed, ...filters(), limit: RESULT_LIMIT }, signal);
    if (signal.aborted) return;
    drawResults(hits, typed, { asOf: byId("as-of").value, insert });
    byId("empty").hidden = true;
    byId("trouble").hidden = true;
    byId("status").textContent = statusInWords(hits.length, performance.now() - started);
  } catch (error) {
    if (error.name !== "AbortError") showTrouble(error);
  }
}

function statusInWords(count, milliseconds) {
  const day = byId("as-of").value;
  const scope = day ? `${day} 当日有效的` : "现行有效的";
  const found = count ? `${scope}结果 ${count} 条` : `没有${scope}结果，换个说法或调整筛选试试`;
  return `${found} · ${Math.round(milliseconds)} 毫秒`;
}

function showTrouble(error) {
  const trouble = byId("trouble");
  trouble.textContent = `${error.message}（上面的结果可能是上一次的）`;
  trouble.hidden = false;
}

async function showRoutes(signal, typed) {
  try {
    const { departments } = await routes(typed, signal);
    if (!signal.aborted) drawRoutes(departments);
  } catch (error) {
    if (error.name !== "AbortError") clearRoutes("暂时查不到责任单位，可转 12345。");
  }
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" && enterResults()) event.preventDefault();
  if (event.key === "Enter") openFirst();
}

function onSlash(event) {
  const isTyping = event.target.closest("input, textarea, select, dialog");
  if (event.key !== "/" || isTyping) return;
  event.preventDefault();
  focusSearch();
}

function clearFilters() {
  for (const id of ["kind", "as-of", "region"]) byId(id).value = "";
  refresh();
  question.focus();
}

start();
