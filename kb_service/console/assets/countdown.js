/** Clocks on a page that count down to when something is due, by the clock of the service. */

import { clockTime, dueInWords } from "./days.js";
import { element } from "./dom.js";

const HOUR = 3600;
let aheadMs = 0;

/** `now`: an ISO moment that the service has just told. */
export function setServiceTime(now) {
  aheadMs = new Date(now).getTime() - Date.now();
}

export const isOver = (dueAt) => Boolean(dueAt) && new Date(dueAt).getTime() <= Date.now() + aheadMs;

/** Told of a moment: how long it is still, or for how long it has been over. */
export function countdown(dueAt) {
  const shown = element("span", { class: "due", "data-due": dueAt });
  tell(shown);
  return shown;
}

/** `onTick()` each second. */
export function startCountdowns(onTick) {
  setInterval(() => {
    document.querySelectorAll("[data-due]").forEach(tell);
    onTick();
  }, 1000);
}

function tell(shown) {
  const left = Math.ceil((new Date(shown.dataset.due).getTime() - Date.now() - aheadMs) / 1000);
  const isLate = left <= 0;
  shown.classList.toggle("late", isLate);
  shown.classList.toggle("soon", !isLate && left <= 20);
  shown.textContent = isLate ? `超时 ${spoken(-left)}` : left < HOUR ? `剩 ${clockTime(left)}` : `${dueInWords(shown.dataset.due)} 前`;
}

function spoken(seconds) {
  if (seconds < HOUR) return clockTime(seconds);
  const hours = Math.floor(seconds / HOUR);
  return hours < 48 ? `${hours} 小时` : `${Math.floor(hours / 24)} 天`;
}
