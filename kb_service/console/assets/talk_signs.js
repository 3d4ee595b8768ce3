/** What the sides of a talk see of each other besides words: 对方正在输入…, and 已读 at one's own lines. */

import { element } from "./dom.js";

const SAID_EVERY_MS = 3000;
// Lines that come into view together are told once.
const READ_PAUSE_MS = 300;

/** While something is typed into `box`, `send()` says so every three seconds; a promise, or null where it is not wanted. */
export function sayTyping(box, send) {
  let saidAt = -SAID_EVERY_MS;
  box.addEventListener("input", () => {
    if (!box.value.trim() || performance.now() - saidAt < SAID_EVERY_MS) return;
    const sent = send();
    if (!sent) return;
    saidAt = performance.now();
    sent.catch(() => {});
  });
}

/** Of `messages` those of the author `own` are marked as read; a line of the author `other` ends its typing. */
export function otherSide(messages, { own, other }) {
  const typing = element("p", { class: "talk-typing", role: "status" });
  let readUpTo = 0;
  let timer;

  function types(seconds) {
    clearTimeout(timer);
    const words = seconds > 0 ? "对方正在输入…" : "";
    if (typing.textContent !== words) typing.textContent = words;
    if (seconds > 0) timer = setTimeout(() => types(0), seconds * 1000);
  }

  function mark() {
    for (const line of messages.list.querySelectorAll(`.line-${own}:not(.is-read)`)) {
      if (Number(line.dataset.number) > readUpTo) continue;
      line.classList.add("is-read");
      // Not read out each time: it can be read where one looks for it.
      line.querySelector(".line-head").append(element("span", { class: "line-read", "aria-live": "off", text: "已读" }));
    }
  }

  return {
    root: typing,
    took({ typing_seconds: seconds, read_up_to: number }) {
      types(seconds);
      readUpTo = Math.max(readUpTo, number);
      mark();
    },
    heard({ author }) {
      if (author === other) types(0);
      mark();
    },
    quiet() { types(0); },
  };
}

/** `send(number)` tells up to which line was shown: those that came into view while the page was visible. It gives null
 * where nothing is to be told now; `again()` tries anew. */
export function tellReading(send) {
  let [shown, told, timer] = [0, 0, null];
  const unseen = new Set();
  const inView = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || document.hidden) continue;
      inView.unobserve(target);
      unseen.delete(target);
      shown = Math.max(shown, Number(target.dataset.number));
    }
    again();
  });

  function again() {
    timer ??= setTimeout(tell, READ_PAUSE_MS);
  }

  function tell() {
    timer = null;
    if (document.hidden || shown <= told) return;
    const before = told;
    const sent = send(shown);
    if (!sent) return;
    told = shown;
    sent.catch(() => { told = before; });
  }

  /** Observed anew, a line that is in view says so again: it may have come while the page was hidden. */
  function look() {
    if (document.hidden) return;
    for (const line of unseen) {
      inView.unobserve(line);
      inView.observe(line);
    }
    again();
  }

  document.addEventListener("visibilitychange", look);
  return {
    watch(line) {
      unseen.add(line);
      inView.observe(line);
    },
    again,
    stop() {
      clearTimeout(timer);
      inView.disconnect();
      document.removeEventListener("visibilitychange", look);
    },
  };
}
