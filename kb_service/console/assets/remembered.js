/** What this tab remembers: ids of answers, never their text. The stored objects are read again after a reload. */

const KEY = "xiaoshen.conversation";

const EMPTY = { conversationId: null, answers: [] };

export function remembered() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return EMPTY;
  }
}

export function rememberAnswer({ answer_id: id, conversation_id: conversationId }) {
  const { answers } = remembered();
  write({ conversationId, answers: [...answers.filter((entry) => entry.id !== id), { id }] });
}

export function rememberFeedback(answerId, resolved) {
  const { conversationId, answers } = remembered();
  write({ conversationId, answers: answers.map((entry) => (entry.id === answerId ? { ...entry, resolved } : entry)) });
}

export const forget = () => write(EMPTY);

function write(conversation) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(conversation));
  } catch {
    // Storage switched off: the conversation still works, it only does not survive a reload.
  }
}
