/** The line of an offered meeting: what opens it in a page of its own, and where that leads. */

import { element, outsideLink } from "./dom.js";

let drawn = 0;

/** `told`: who offered it; `label`: of the link; `onOpen()` when it is followed. */
export function meetingLine({ told, address, time, label, onOpen }) {
  const line = element("div", { class: "line line-event line-meet" }, told, " ", time);
  const link = address.startsWith("https://") && outsideLink(address, label);
  if (!link) return line;
  link.classList.add("meeting-link");
  drawn += 1;
  const hint = element("span", {
    class: "hint", id: `meeting-${drawn}`, text: `将离开本页面，在新窗口打开 ${new URL(address).host}`,
  });
  link.setAttribute("aria-describedby", hint.id);
  link.addEventListener("click", onOpen);
  line.append(element("span", { class: "meeting" }, link, hint));
  return line;
}
