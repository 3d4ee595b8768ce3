/** Who is responsible for what was typed, beside the results. */

import { byId, element, phoneLink } from "./dom.js";
import { ROUTE_REASONS } from "./words.js";

const SHOWN = 4;

export function drawRoutes(departments) {
  const box = byId("routes");
  if (!departments.length) return box.replaceChildren(element("p", { class: "hint", text: "还看不出由谁负责，可转 12345。" }));
  box.replaceChildren(element("ol", { class: "route-list" }, ...departments.slice(0, SHOWN).map(route)));
}

export function clearRoutes(text) {
  byId("routes").replaceChildren(element("p", { class: "hint", text }));
}

function route({ name, reason, phone, hours }) {
  return element(
    "li", {},
    element("strong", { text: name }),
    phone ? phoneLink(phone) : null,
    hours ? element("span", { class: "hours", text: hours }) : null,
    ROUTE_REASONS[reason] ? element("span", { class: "reason", text: ROUTE_REASONS[reason] }) : null,
  );
}
