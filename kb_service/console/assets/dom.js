/** Elements built from parts. Text enters the page only as text nodes, so nothing from outside is parsed as HTML. */

/** An element; `properties` are attributes, except `class`, `text` and `on` ({event: listener}). */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(label, onClick, properties = {}) {
  return element("button", { type: "button", on: { click: onClick }, ...properties }, label);
}

export const byId = (id) => document.getElementById(id);

/** The address if it is plain http or https, else null: `javascript:` and `data:` never become links. */
export function safeAddress(address) {
  if (!address || !/^https?:\/\//i.test(address)) return null;
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens apart and tells the other side nothing; null when the address is not safe. */
export function outsideLink(address, label) {
  const href = safeAddress(address);
  return href && element("a", { href, target: "_blank", rel: "noopener noreferrer", class: "outside" }, label);
}

/** A phone number one can tap; plain text when it holds anything but a number. */
export function phoneLink(phone) {
  const dialled = phone.replace(/[\s()（）-]/g, "");
  if (!/^\+?\d{3,15}$/.test(dialled)) return element("span", { class: "phone", text: phone });
  return element("a", { href: `tel:${dialled}`, class: "phone", text: phone });
}
