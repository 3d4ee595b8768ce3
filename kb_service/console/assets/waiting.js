/** A step that takes its time (`data-waits`: what it does) says so while the page waits for it. */

import { element } from "./dom.js";

const told = new Map();

for (const form of document.querySelectorAll("form[data-waits]")) {
  form.addEventListener("submit", (event) => {
    if (told.has(form)) return event.preventDefault(); // it is under way
    const seconds = element("span");
    const line = element("p", { class: "note waiting", role: "status" }, form.dataset.waits, seconds);
    form.append(line);
    const start = Date.now();
    const timer = setInterval(() => { seconds.textContent = `已 ${Math.round((Date.now() - start) / 1000)} 秒。`; }, 1000);
    told.set(form, () => { clearInterval(timer); line.remove(); });
  });
}

// Back with the browser's own button: the form is as it was left.
addEventListener("pageshow", () => {
  for (const end of told.values()) end();
  told.clear();
});
