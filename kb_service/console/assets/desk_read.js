/** What of the queue has been seen: waiting talks, and the newest line of one's own. Kept for a reload of this tab. */

const KEY = "xiaoshen.desk.read";

export function readMarks() {
  let { lines, chosen } = kept();
  let waiting = null;
  let mine = new Set();

  function keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ lines, chosen }));
    } catch {
      // Storage switched off: after a reload everything counts as read.
    }
  }

  return {
    isStarted: () => waiting !== null,
    selected: () => chosen,
    select(id) { chosen = id; lines[`opened ${id}`] = 1; keep(); },
    /** Given to somebody, or taken elsewhere, and not looked at in this tab. */
    isOpened: ({ id }) => Boolean(lines[`opened ${id}`]),
    read(id, number) { lines[id] = Math.max(lines[id] ?? 0, number); keep(); },
    isUnread: ({ id, last_number: last }) => last > (lines[id] ?? last),
    /** Whether something is new in the queue of now: somebody waits who did not, or wrote, or was given to one. */
    take(shown, isMine) {
      const [before, hadBefore] = [waiting ?? new Set(), mine];
      mine = new Set(shown.filter(isMine).map(({ id }) => id));
      let isNew = false;
      waiting = new Set();
      for (const each of shown) {
        if (!each.helper) waiting.add(each.id);
        isNew ||= !each.helper && !before.has(each.id);
        isNew ||= mine.has(each.id) && !hadBefore.has(each.id) && !lines[`opened ${each.id}`];
        const heard = lines[`heard ${each.id}`] ?? each.last_number;
        isNew ||= isMine(each) && each.last_number > Math.max(heard, lines[each.id] ?? 0);
        lines[`heard ${each.id}`] = each.last_number;
        lines[each.id] ??= each.last_number;
      }
      const going = new Set(shown.map(({ id }) => id));
      lines = Object.fromEntries(Object.entries(lines).filter(([key]) => going.has(key.split(" ").at(-1))));
      keep();
      return isNew;
    },
  };
}

function kept() {
  try {
    return { lines: {}, chosen: null, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { lines: {}, chosen: null };
  }
}
