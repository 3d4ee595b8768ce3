/** The middle of the desk: one talk with its summary, what is written, and the moves that can be made now. */

import { attachInput } from "./attach_input.js";
import { countdown } from "./countdown.js";
import { shortMoment } from "./days.js";
import { element } from "./dom.js";
import { deskAids } from "./desk_aids.js";
import { moveBar } from "./desk_moves.js";
import { proposalCards } from "./desk_proposals.js";
import { keyedButton } from "./desk_keys.js";
import { follow } from "./following.js";
import { newKey } from "./sending.js";
import { talkMessages } from "./talk_messages.js";
import { escalationEvents, GOING_ON, showPerson, shownToHelpersAt, write as writeOnce } from "./talk_service.js";
import { CLOCKS, LIMITS, ORDER_KINDS, REASONS_IN_SHORT, ROUTE_REASONS, TALK_STATES, VERDICTS } from "./words.js";

const REPLIED_FROM = ["claimed", "answered", "work_order"];

/** `desk`: me() (the helper), transferTargets() (id → name), onRead(escalation) whenever its newest line has been drawn,
 * suggestions: told of what the person writes, and asked what became of them in a reply. */
export function talkPane(place, desk) {
  const draftOf = new Map();
  let shown = null;

  function open(escalation) {
    close();
    place.hidden = false;
    shown = openedTalk(place, escalation, { ...desk, draft: draftOf.get(escalation.id) ?? "" });
  }

  function close() {
    if (shown) draftOf.set(shown.id, shown.draft());
    shown?.stop();
    shown = null;
    place.replaceChildren();
  }

  return {
    open,
    close,
    id: () => shown?.id ?? null,
    focusReply: () => shown?.focusReply(),
    insert: (text) => shown?.insert(text),
  };
}

function openedTalk(place, first, desk) {
  let escalation = first;
  const messages = talkMessages("居民", {
    attachedAt: (number) => shownToHelpersAt(first.id, number),
    meeting: { label: "进入视频通话", onOpen() {} },
  });
  const head = element("header", { class: "desk-talk-head" });
  const cards = proposalCards({ talkId: first.id, become: (changed) => become(changed), insert: putIn, tell });
  const scroller = element("div", { class: "desk-talk-scroll", tabindex: "0", role: "group", "aria-label": "摘要和会话" },
    summary(first), messages.list, cards.root);
  const trouble = element("p", { class: "talk-trouble", role: "alert" });
  const box = element("textarea", {
    id: "reply", rows: "3", maxlength: String(LIMITS.longest_question), "aria-label": "回复", autocomplete: "off",
  });
  const send = element("button", { type: "submit", class: "primary" }, "回复 ", element("kbd", { "aria-hidden": "true", text: "Enter" }));
  const note = keyedButton("存为备注", "N", () => write("note"), { class: "quiet" });
  const isMine = () => escalation.helper === desk.me().person_id;
  // What is written next is a note: the person is not even shown that somebody types.
  let isNote = false;
  let sendLabel = "回复 ";
  const aids = deskAids({ id: first.id, box, messages, current: () => escalation, isMine, isTyping: () => isMine() && !isNote, become, tell });
  const form = element("form", { class: "reply", novalidate: true });
  const attached = attachInput({ place: form, onChange: drawSend });
  form.append(attached.root, aids.picker, box, element("div", { class: "reply-row" }, send, note, ...aids.buttons,
    element("span", { class: "hint", text: "备注只有工作人员看得见；先点“存为备注”再写，对方也看不到正在输入" })));
  // What could not be sent for all this page knows: sent again, it has the same key.
  let unsure = null;
  const bar = moveBar({ ...desk, current: () => escalation, become, tell });
  place.replaceChildren(head, scroller, aids.typing, trouble, form, bar.root);
  // What appears below, as the buttons of who may reply and what is about to be sent, takes room from the newest lines.
  let isAtEnd = true;
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
  scroller.addEventListener("scroll", () => { isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80; });
  new ResizeObserver(() => { if (isAtEnd) toEnd(); }).observe(scroller);
  box.value = desk.draft;
  form.addEventListener("submit", (event) => { event.preventDefault(); write("reply"); });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    write("reply");
  });

  function become(changed) {
    if (changed.revision < escalation.revision) return;
    escalation = changed;
    drawHead(head, escalation);
    const isOpen = GOING_ON.includes(escalation.state);
    attached.setOpen(mayReply());
    note.disabled = !isOpen;
    form.hidden = !isOpen;
    drawBox();
    bar.draw();
    aids.draw();
  }

  function drawBox(asked = isMine() ? "写给居民；Shift + Enter 换行" : "接起后才能回复；备注可以先写") {
    box.placeholder = isNote ? "写备注，只有工作人员看得见；Enter 保存，再点“存为备注”改为回复" : asked;
    box.setAttribute("aria-label", isNote ? "备注" : "回复");
    note.setAttribute("aria-pressed", String(isNote));
    send.firstChild.textContent = isNote ? "保存备注 " : sendLabel;
    drawSend();
  }

  const mayReply = () => isMine() && REPLIED_FROM.includes(escalation.state);

  function drawSend() { send.disabled = isNote ? note.disabled : !mayReply() || attached.isBusy(); }

  /** A junior's reply is proposed to another helper first. */
  function askFirst({ needs_approval: isAsked, helper }) {
    sendLabel = isAsked ? "提交确认 " : "回复 ";
    drawBox(isAsked && helper === desk.me().person_id ? "写好后先由同事确认，再发给居民；Shift + Enter 换行" : undefined);
  }

  function tell(words) { trouble.textContent = words; }

  async function write(asked) {
    const kind = isNote ? "note" : asked;
    await bar.claimed();
    const text = box.value.trim();
    if (asked === "note" && !text) return beginNote(!isNote);
    const isAllowed = kind === "note" ? !note.disabled : !send.disabled;
    const shown = kind === "reply" ? attached.current() : null;
    if (!text && !shown) return box.focus();
    if (!isAllowed) return tell("先接起会话，再回复居民。");
    const isAgain = unsure && unsure.kind === kind && unsure.text === text && unsure.file === shown?.file;
    const sent = isAgain ? unsure : { kind, text, file: shown?.file, key: newKey() };
    box.value = "";
    try {
      const use = kind === "reply" && !shown ? desk.suggestions.use(first.id, text) : {};
      const done = await (shown
        ? showPerson(escalation.id, { ...sent, onProgress: attached.tellProgress })
        : writeOnce(escalation.id, kind, { text, ...use }, sent.key));
      if (shown) attached.clear();
      if (kind === "reply") {
        desk.suggestions.sent(first.id);
        become(done);
      }
      unsure = null;
      if (kind === "note") beginNote(false);
      tell("");
    } catch (error) {
      box.value ||= text;
      unsure = sent;
      tell(error.message);
    }
    attached.tellProgress(null);
    box.focus();
  }

  function beginNote(is) {
    isNote = is && !note.disabled;
    drawBox();
    box.focus();
  }

  const stop = follow(escalationEvents(first.id), {
    onEvent({ event, data }) {
      if (event === "message") {
        aids.heard(data, messages.add(data));
        if (data.author === "person") desk.suggestions.heard(first.id);
        if (isAtEnd || messages.list.getAttribute("aria-live") === "off") toEnd();
      } else if (event === "escalation") {
        become(data);
        askFirst(data);
        if (cards.draw(data.proposals)) toEnd();
        messages.speak();
      } else if (event === "signs") {
        return aids.signs(data);
      }
      desk.onRead(first.id, Math.max(escalation.last_number, messages.lastNumber()));
    },
    onLink: (isUp) => tell(isUp ? "" : "连接断开了，正在重新连接…"),
    onEnd(error) {
      tell(error.code === "EscalationNotThere" ? "这个会话已转到其他部门。" : error.message);
      form.hidden = true;
      bar.root.hidden = true;
    },
  });
  become(first);
  return {
    id: first.id,
    stop() {
      stop();
      aids.stop();
      attached.setOpen(false);
    },
    draft: () => box.value,
    focusReply: () => box.focus(),
    insert: putIn,
  };

  function putIn(text) {
    const before = box.value.slice(0, box.selectionStart);
    box.setRangeText(before && !before.endsWith("\n") ? `\n${text}` : text, box.selectionStart, box.selectionEnd, "end");
    box.focus();
  }
}

function drawHead(head, { matter, department, subject, state, helper_name: helperName, opened_at: openedAt, clocks, ...others }) {
  const running = clocks.filter((clock) => !clock.met_at && !clock.stopped_at);
  const order = others.order_kind && state === "work_order" ? `（${ORDER_KINDS[others.order_kind]}）` : "";
  const facts = [department.name, subject.region?.split("/").pop(), `${shortMoment(openedAt)} 转来`, helperName && `负责：${helperName}`];
  const verdicts = [["帮办", others.verdict], ["居民", others.verdict_of_person]].filter(([, verdict]) => verdict);
  head.replaceChildren(
    element("h2", { text: matter?.name ?? (subject.question || "转人工") }),
    element("span", { class: `talk-chip talk-chip-${state}`, text: `${TALK_STATES[state]}${order}` }),
    ...running.map((clock) => element("span", { class: "clock" }, `${CLOCKS[clock.kind]} `, countdown(clock.due_at))),
    ...verdicts.map(([who, verdict]) => element("span", { class: "clock", text: `${who}：${VERDICTS[verdict]}` })),
    element("p", { class: "hint", text: facts.filter(Boolean).join(" · ") }));
}

function summary({ subject, routed_by: steps = [] }) {
  const reasons = subject.reasons.map((each) => REASONS_IN_SHORT[each] ?? each);
  const way = steps.map(({ by }) => ROUTE_REASONS[by] ?? by).join("，");
  return element("details", { class: "desk-summary", open: true },
    element("summary", { text: "转来之前" }),
    reasons.length ? element("p", { class: "desk-reasons" }, "转人工原因：", reasons.join("、")) : null,
    way ? element("p", { class: "desk-reasons" }, "分派依据：", way) : null,
    element("p", { class: "desk-summary-text", text: subject.summary }));
}
