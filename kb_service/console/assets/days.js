/** Days in Asia/Shanghai as `YYYY-MM-DD`. An interval's end is exclusive; screens show the last valid day. */

const SHANGHAI_DAY = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
});

export const shanghaiDay = (moment = new Date()) => SHANGHAI_DAY.format(moment);

/** The day before: 2026-07-01 (first day no longer valid) → 2026-06-30 (last valid day). */
export function dayBefore(day) {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() - 1);
  return moment.toISOString().slice(0, 10);
}

/** 2026-07-01 → 2026年7月1日 */
export function spokenDay(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

/** An ISO moment → 11月23日 09:00, in Shanghai. */
export function spokenMoment(iso) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const parts = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return parts.format(moment);
}

/** The same, without the day where it is today's. */
export function shortMoment(iso) {
  const spoken = spokenMoment(iso);
  return spoken && shanghaiDay(new Date(iso)) === shanghaiDay() ? spoken.slice(-5) : spoken;
}

/** A due moment at the end of a day → 12月4日 24:00; any other → 12月4日 09:00. */
export function dueInWords(iso) {
  const isMidnight = spokenMoment(iso).endsWith("00:00");
  return isMidnight ? spokenMoment(new Date(new Date(iso).getTime() - 1)).replace(/\d\d:\d\d$/, "24:00") : spokenMoment(iso);
}

/** "in_force", "ended" or "not_yet" for a half-open interval; null ends are open. */
export function standing({ effective_from: from, effective_to: to }, day = shanghaiDay()) {
  if (to && to <= day) return "ended";
  return from && from > day ? "not_yet" : "in_force";
}

/** ["自 2026-07-01 起施行", "有效期至 2027-06-30"], each only where the date is known. */
export function intervalInWords({ effective_from: from, effective_to: to }) {
  return [from && `自 ${from} 起施行`, to && `有效期至 ${dayBefore(to)}`].filter(Boolean);
}

/** Seconds → 4:05 or 1:02:03, as a video player shows them. */
export function clockTime(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}
