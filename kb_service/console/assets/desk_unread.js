/** How much of one's own talks is unread, as the service knows it: also in a new tab, and after another helper's work. */

import { unread } from "./talk_service.js";

export function unreadCounts() {
  let counts = {};
  const readUpTo = new Map();
  return {
    /** What was told before stays where the service does not reply. */
    async load() { counts = await unread().catch(() => counts); },
    read(id, number) { readUpTo.set(id, Math.max(readUpTo.get(id) ?? 0, number)); },
    of: ({ id, last_number: last }) => ((readUpTo.get(id) ?? 0) >= last ? 0 : counts[id] ?? 0),
  };
}
