/** What this tab remembers: ids of answers and talks in order, never their text; what is stored is read again after a
 * reload. */

const KEY = "xiaoshen.conversation";

// `orders`: talks of earlier conversations that are still worked on.
const EMPTY = { conversationId: null, entries: [], orders: [] };

export function remembered() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return EMPTY;
  }
}

export function rememberAnswer({ answer_id: id, conversation_id: conversationId }) {
  const { entries, orders } = remembered();
  write({ conversationId, orders, entries: [...entries.filter((entry) => entry.id !== id), { id }] });
}

export function rememberTalk({ id: talk, conversation_id: conversationId }) {
  const { entries, orders } = remembered();
  if (entries.some((entry) => entry.talk === talk)) return;
  write({ conversationId, entries: [...entries, { talk }], orders: orders.filter((each) => each !== talk) });
}

export function rememberFeedback(answerId, resolved) {
  const { conversationId, entries, orders } = remembered();
  write({ conversationId, orders, entries: entries.map((entry) => (entry.id === answerId ? { ...entry, resolved } : entry)) });
}

/** A new conversation begins; `orders` go on. */
export const forget = (orders) => write({ ...EMPTY, orders: [...new Set([...remembered().orders, ...orders])] });

function write(conversation) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(conversation));
  } catch {
    // Storage switched off: the conversation still works, it only does not survive a reload.
  }
}
