/** 已解决 / 未解决 under an answer. "Not resolved" is sent at once; what is missing may be added afterwards. */

import { button, element } from "./dom.js";
import { contact } from "./escalation.js";
import { sendFeedback } from "./service.js";
import { FEEDBACK_REASONS, LIMITS } from "./words.js";

export function feedbackBar(answer, { resolved, onFeedback }) {
  const thanks = element("p", { class: "feedback-thanks", role: "status" });
  const more = element("div", { class: "feedback-more", hidden: true });
  const yes = button("已解决", () => choose(true), { class: "resolved", "aria-pressed": "false" });
  const no = button("未解决", () => choose(false), { class: "unresolved", "aria-pressed": "false" });

  function show(isResolved) {
    yes.setAttribute("aria-pressed", String(isResolved === true));
    no.setAttribute("aria-pressed", String(isResolved === false));
    more.hidden = isResolved !== false;
    thanks.textContent = isResolved === true ? "谢谢您的反馈。" : "";
    if (isResolved === false && !more.hasChildNodes()) more.append(contact(answer.escalation?.department), reasons(), commentForm());
  }

  async function choose(isResolved) {
    try {
      await sendFeedback(answer.answer_id, { resolved: isResolved });
      onFeedback(isResolved);
      show(isResolved);
      // On a phone what may be said of it would stand behind the composer.
      if (!isResolved) more.scrollIntoView({ block: "nearest" });
    } catch (error) {
      thanks.textContent = `反馈没有送达：${error.message}`;
    }
  }

  /** One of them, sent at once; another one may be chosen instead. */
  function reasons() {
    const chips = Object.entries(FEEDBACK_REASONS).map(([reason, label]) => button(label, async () => {
      try {
        await sendFeedback(answer.answer_id, { resolved: false, reason });
        for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.textContent === label));
        thanks.textContent = "原因已收到，谢谢您。";
      } catch (error) {
        thanks.textContent = `原因没有送达：${error.message}`;
      }
    }, { "aria-pressed": "false", class: "quiet" }));
    return element("div", { class: "feedback-reasons", role: "group", "aria-label": "为什么没解决" },
      element("span", { text: "为什么没解决？" }), ...chips);
  }

  function commentForm() {
    const box = element("textarea", { rows: "2", maxlength: String(LIMITS.longest_comment), id: `comment-${answer.answer_id}` });
    const form = element("form", { class: "comment" },
      element("label", { for: box.id, text: "还差什么？说一说，我们会改进（可不填）" }), box,
      element("button", { type: "submit" }, "提交说明"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const comment = box.value.trim();
      if (!comment) return box.focus();
      try {
        await sendFeedback(answer.answer_id, { resolved: false, comment });
        form.remove();
        thanks.textContent = "说明已收到，谢谢您。";
      } catch (error) {
        thanks.textContent = `说明没有送达：${error.message}`;
      }
    });
    return form;
  }

  if (resolved !== undefined) show(resolved);
  return element("div", { class: "feedback", role: "group", "aria-label": "是否解决" },
    element("div", { class: "feedback-row" }, element("span", { text: "这条答复解决您的问题了吗？" }), yes, no), thanks, more);
}
