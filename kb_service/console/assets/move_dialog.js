/** A dialog that asks for what a move needs. What the service refuses is said in it, and it stays open. */

import { button, element } from "./dom.js";
import { LIMITS } from "./words.js";

/** `fields`: choice({name, label, options}) or reason(…) below; `onSubmit(values)` makes the move. */
export function askForMove(title, fields, onSubmit) {
  const opener = document.activeElement;
  const trouble = element("p", { class: "talk-trouble", role: "alert" });
  const form = element(
    "form", { novalidate: true }, element("h2", { id: "move-title", text: title }), ...fields.map((field) => field.root), trouble,
    element("div", { class: "move-foot" },
      element("button", { type: "submit", class: "primary", text: "确定" }), button("取消", () => dialog.close())));
  const dialog = element("dialog", { class: "move", "aria-labelledby": "move-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(fields.map((field) => [field.name, field.value()]));
    const missing = fields.find((field) => field.isMissing(values));
    if (missing) {
      trouble.textContent = `请填写${missing.label}。`;
      return missing.focus();
    }
    try {
      await onSubmit(values);
      dialog.close();
    } catch (error) {
      trouble.textContent = error.message;
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (document.activeElement === document.body) opener?.focus();
    // A close takes the box of the reply away.
    if (document.activeElement === document.body) document.querySelector(".desk-talk-scroll")?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  fields[0].focus();
}

/** One of a few, as radio buttons; `options`: value → words. */
export function choice({ name, label, options }) {
  const inputs = Object.entries(options).map(([value, words], position) => [
    element("input", { type: "radio", name, value, checked: position === 0 }), words]);
  return {
    name, label,
    root: element("fieldset", {}, element("legend", { text: label }),
      ...inputs.map(([input, words]) => element("label", {}, input, words))),
    value: () => inputs.find(([input]) => input.checked)[0].value,
    isMissing: () => false,
    focus: () => inputs.find(([input]) => input.checked)[0].focus(),
  };
}

/** One of many; `options`: pairs of value and words. */
export function selection({ name, label, options }) {
  const select = element("select", {}, ...options.map(([value, text]) => element("option", { value, text })));
  return {
    name, label,
    root: element("label", {}, label, select),
    value: () => select.value, isMissing: () => !select.value, focus: () => select.focus(),
  };
}

/** `isNeeded(values)`: whether the move wants a reason. */
export function reason({ label = "原因", isNeeded = () => false }) {
  const input = element("input", { type: "text", maxlength: String(LIMITS.longest_comment), autocomplete: "off" });
  return {
    name: "reason", label,
    root: element("label", {}, label, input),
    value: () => input.value.trim(), isMissing: (values) => isNeeded(values) && !input.value.trim(), focus: () => input.focus(),
  };
}
