/** Keeps a stream of events open: comes again after a break, and goes on after the last numbered event. */

import { eventsOf } from "./events.js";
import { openStream } from "./service.js";

// The service gives a sign of life every 15 seconds.
const SILENT_MS = 40_000;
const LONGEST_PAUSE_MS = 10_000;
// Of replies that another attempt would not change.
const FINAL = ["EscalationNotThere", "Unauthenticated", "NotAllowed", "HTTP 404"];

/** `onEvent({event, data})` for each; `onLink(isUp)` whenever the connection comes or goes; `onEnd(error)` where it is not
 * there to be had. Gives a function that stops. */
export function follow(address, { after = 0, onEvent, onLink = () => {}, onEnd = () => {} }) {
  let last = after;
  let attempt = new AbortController();
  let wake = () => {};
  let isStopped = false;

  async function once() {
    attempt = new AbortController();
    let watchdog;
    const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(() => attempt.abort(), SILENT_MS); };
    alive();
    try {
      const response = await openStream(address, { last, signal: attempt.signal });
      onLink(true);
      for await (const event of eventsOf(response.body, alive)) {
        if (isStopped) return;
        if (event.id) last = Number(event.id);
        onEvent(event);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function keep() {
    for (let failures = 0; !isStopped; failures += 1) {
      const started = Date.now();
      try {
        await once();
      } catch (error) {
        if (isStopped) return;
        if (FINAL.includes(error.code)) return onEnd(error);
      }
      if (isStopped) return;
      onLink(false);
      if (Date.now() - started > LONGEST_PAUSE_MS) failures = 0;
      await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures));
    }
  }

  const pause = (milliseconds) => new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, milliseconds);
  });
  const again = () => wake();

  window.addEventListener("online", again);
  keep();
  return () => {
    isStopped = true;
    window.removeEventListener("online", again);
    attempt.abort();
    wake();
  };
}
