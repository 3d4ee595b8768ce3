/** The left of the desk: who waits, what is in one's own hands, each with its clock. */

import { approvalChip } from "./approval_chip.js";
import { countdown } from "./countdown.js";
import { element } from "./dom.js";
import { REASONS_IN_SHORT, TALK_STATES } from "./words.js";

/** `onSelect(id)` when one is chosen. */
export function queue(place, onSelect) {
  const trouble = element("p", { class: "talk-trouble", role: "status" });
  const [waiting, mine] = [part("等待接起"), part("我的会话")];
  const called = element("p", { class: "visually-hidden", role: "status" });
  place.append(trouble, called, waiting.root, mine.root);

  /** Drawn anew at each change: the focus stays with the talk it was on. */
  function draw(shown) {
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    waiting.fill(shown.waiting.map((each) => item(each, shown)), "没有人在等待");
    mine.fill(shown.mine.map((each) => item(each, shown)), "手上没有会话");
    if (focused) buttonOf(focused)?.focus();
  }

  const item = (escalation, shown) => queueItem(escalation, {
    isSelected: escalation.id === shown.selected,
    isUnread: shown.isUnread(escalation),
    isUnanswered: shown.isUnanswered(escalation),
    unread: shown.unreadOf(escalation),
    isWithDepartment: shown.manyDepartments,
    onSelect,
  });
  const buttons = () => [...place.querySelectorAll(".queue-item")];
  const buttonOf = (id) => buttons().find((each) => each.dataset.id === id);

  return {
    draw,
    call(words) { called.textContent = words; },
    tell(words) { trouble.textContent = words; },
    /** The id of the talk `step` further on in the list; the first or last where none is selected. */
    beside(selected, step) {
      const ids = buttons().map((each) => each.dataset.id);
      const at = ids.indexOf(selected);
      if (at < 0) return step > 0 ? ids[0] : ids.at(-1);
      return ids[at + step];
    },
  };
}

/** A headed list that says so when it is empty. */
export function part(title) {
  const count = element("span", { class: "queue-count" });
  const list = element("ol", {});
  const empty = element("p", { class: "hint" });
  const root = element("section", {}, element("h2", {}, title, " ", count), list, empty);
  return {
    root,
    fill(items, whenEmpty) {
      count.textContent = items.length || "";
      list.replaceChildren(...items);
      empty.textContent = items.length ? "" : whenEmpty;
    },
  };
}

/** One talk as a button. */
export function queueItem(escalation, { isSelected, isUnread, isUnanswered, unread, isWithDepartment, isWithHelper, onSelect }) {
  const { id, subject, matter, department, state, due_at: dueAt, helper_name: helperName, skills_asked: skills = [] } = escalation;
  const reasons = subject.reasons.map((each) => REASONS_IN_SHORT[each] ?? each).join("、");
  const asked = skills.filter((each) => each !== matter?.name).map((each) => `需要：${each}`);
  const facts = [
    isWithDepartment && department.name, matter?.name, reasons, isWithHelper && helperName, ...asked,
  ].filter(Boolean);
  const stateChip = () => {
    if (isUnanswered) return "待您回复";
    if (!isUnread) return TALK_STATES[state];
    return unread ? `${unread} 条新消息` : "新消息";
  };
  return element("li", {}, element(
    "button", {
      type: "button", class: "queue-item", "data-id": id, "aria-current": isSelected ? "true" : null, on: { click: () => onSelect(id) },
    },
    element("span", { class: "queue-head" },
      element("span", { class: `talk-chip talk-chip-${isUnread || isUnanswered ? "unread" : state}`, text: stateChip() }),
      approvalChip(escalation),
      dueAt ? countdown(dueAt) : null),
    element("span", { class: "queue-question", text: subject.question || "（没有提问）" }),
    facts.length ? element("span", { class: "queue-facts", text: facts.join(" · ") }) : null,
  ));
}
