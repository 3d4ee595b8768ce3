/** What of the queue has been seen: waiting talks, and the newest line of one's own. Kept for a reload of this tab. */

const KEY = "xiaoshen.desk.read";

export function readMarks() {
  let { lines, chosen } = kept();
  let waiting = null;

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
    select(id) { chosen = id; keep(); },
    read(id, number) { lines[id] = Math.max(lines[id] ?? 0, number); keep(); },
    isUnread: ({ id, last_number: last }) => last > (lines[id] ?? last),
    /** Whether something is new in the queue of now: somebody waits who did not, or wrote. */
    take(shown, isMine) {
      const before = waiting ?? new Set();
      let isNew = false;
      waiting = new Set();
      for (const each of shown) {
        if (!each.helper) waiting.add(each.id);
        isNew ||= !each.helper && !before.has(each.id);
        const heard = lines[`heard ${each.id}`] ?? each.last_number;
        isNew ||= isMine(each) && each.last_number > Math.max(heard, lines[each.id] ?? 0);
        lines[`heard ${each.id}`] = each.last_number;
        lines[each.id] ??= each.last_number;
      }
      const going = new Set(shown.map(({ id }) => id));
      lines = Object.fromEntries(Object.entries(lines).filter(([key]) => going.has(key.replace("heard ", ""))));
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
