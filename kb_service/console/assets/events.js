/** Server-sent events read from a fetch body (EventSource cannot POST). */

/** Yields `{event, data, id}`, `data` parsed as JSON, `id` where the service gave one; comments and unreadable blocks are
 * passed over. `onBytes()` after each piece that came, comments too. */
export async function* eventsOf(body, onBytes = () => {}) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      onBytes();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      yield* blocks.map(parseBlock).filter(Boolean);
    }
    const last = parseBlock(rest);
    if (last) yield last;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parseBlock(block) {
  let event = "message";
  let id;
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("id:")) id = line.slice(3).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  if (!data.length) return null;
  try {
    return { event, data: JSON.parse(data.join("\n")), id };
  } catch {
    return null;
  }
}
