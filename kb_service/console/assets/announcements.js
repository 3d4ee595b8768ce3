/** Announcements above the conversation, as text, until they end or are put away for this visit. */

import { spokenMoment } from "./days.js";
import { button, byId, element } from "./dom.js";
import { announcements } from "./service.js";

const KEY = "xiaoshen.announcements.read";
const LOOK_EVERY_MS = 60_000;

export function startAnnouncements() {
  look();
  setInterval(() => { if (!document.hidden) look(); }, LOOK_EVERY_MS);
}

/** What a matter or a department announces goes along with its answers. */
async function look() {
  let found;
  try {
    found = (await announcements()).announcements;
  } catch {
    return; // What is shown stays; the next look may come through.
  }
  const read = new Set(putAway());
  show(found.filter(({ id, reach }) => ["all", "channel"].includes(reach) && !read.has(id)));
}

/** Only what is new enters the page, so that it alone is read aloud. */
function show(list) {
  const region = byId("announced");
  const ids = new Set(list.map(({ id }) => id));
  for (const shown of [...region.children]) if (!ids.has(shown.dataset.id)) shown.remove();
  const known = new Set([...region.children].map((shown) => shown.dataset.id));
  region.append(...list.filter(({ id }) => !known.has(id)).map(banner));
}

function banner({ id, text, starts_at: from, ends_at: until }) {
  const shown = element("div", { class: "announcement", "data-id": id },
    element("strong", { text: "公告" }),
    element("p", { text }),
    element("span", { class: "hint", text: `${spokenMoment(from)} 起${until ? `，${spokenMoment(until)} 止` : ""}` }),
    button("知道了", () => {
      remember(id);
      shown.remove();
      byId("question").focus();
    }, { class: "quiet", "aria-label": `知道了，收起公告：${text}` }));
  return shown;
}

function putAway() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function remember(id) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...putAway(), id]));
  } catch {
    // Storage switched off: it comes back at the next look.
  }
}
