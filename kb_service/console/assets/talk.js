/** A talk with people on the residents' page: its state, its lines as they come, leaving, the verdict, coming again. */

import { dueInWords, spokenMoment } from "./days.js";
import { button, element } from "./dom.js";
import { follow } from "./following.js";
import { talkMessages } from "./talk_messages.js";
import { isGoingOn, join, judge, leave, readInTalk, reopen, say, show as showFile, shownAt, talkEvents } from "./talk_service.js";
import { otherSide, tellReading } from "./talk_signs.js";
import { VERDICTS } from "./words.js";

/** `onChange()` after each change of its state, `onLine(line, message)` after each line that comes after those that
 * stood there, `announce(text)` for what is not in the log. */
export function talkPanel(talkId, { onChange, onLine, announce }) {
  const messages = talkMessages("您", {
    attachedAt: (number) => shownAt(talkId, number),
    meeting: { label: "加入视频通话", onOpen: () => join(talkId).catch(() => {}) },
  });
  const side = otherSide(messages, { own: "person", other: "helper" });
  const reading = tellReading((number) => readInTalk(talkId, number));
  const title = element("h2", { text: "人工服务" });
  const state = element("p", { class: "talk-state", role: "status" });
  const trouble = element("p", { class: "talk-trouble", role: "status" });
  const foot = element("div", { class: "talk-foot" });
  const box = element("div", { class: "talk" },
    element("header", { class: "talk-head" }, title, state), messages.list, side.root, trouble, foot);
  const root = element("section", { class: "exchange", "aria-label": "人工服务", tabindex: "-1" }, box);
  let talk = null;
  let drawn = "";
  let stop = () => {};

  function listen() {
    stop();
    stop = follow(talkEvents(talkId), {
      after: messages.lastNumber(),
      onEvent({ event, data }) {
        if (event === "message") show(data);
        else if (event === "talk") become(data);
        else if (event === "signs") side.took(data);
        // The line that tells of the close comes before its state.
        if (event === "talk" && !isGoingOn(data)) stop();
      },
      onLink(isUp) { trouble.textContent = isUp ? "" : "连接断开了，正在重新连接…"; },
      onEnd(error) { trouble.textContent = error.message; },
    });
  }

  function show(message) {
    const line = messages.add(message);
    side.heard(message);
    if (line) reading.watch(line);
    if (line && talk) onLine(line, message);
  }

  function become(changed) {
    if (talk && changed.revision < talk.revision) return;
    talk = changed;
    title.textContent = `人工服务 · ${talk.department.name}`;
    const words = stateInWords(talk);
    if (state.textContent !== words) state.textContent = words;
    box.classList.toggle("talk-closed", !isGoingOn(talk));
    messages.speak();
    if (!isGoingOn(talk)) side.quiet();
    drawFoot();
    onChange();
  }

  /** Buttons that stay keep the focus: they are drawn anew only where what they offer changes. */
  function drawFoot() {
    const offered = JSON.stringify([talk.state === "work_order", isGoingOn(talk), talk.may_reopen, talk.verdict_of_person]);
    if (offered === drawn) return;
    const hadFocus = foot.contains(document.activeElement);
    const hasJustClosed = drawn !== "" && !isGoingOn(talk);
    drawn = offered;
    foot.replaceChildren(...(isGoingOn(talk) ? whileGoingOn() : afterwards()));
    // On a phone the question whether it helped would stand behind the composer.
    if (hasJustClosed && !hadFocus) foot.scrollIntoView({ block: "center" });
    if (hadFocus) (foot.querySelector("[aria-pressed=true]") ?? root).focus();
  }

  function whileGoingOn() {
    if (talk.state === "work_order") {
      return [element("p", { class: "hint", text: "在这里写的话会转给经办人员；要问小申，请点“新对话”。" })];
    }
    return [button("回到小申", () => act(() => leave(talkId)), { class: "quiet" }),
      element("span", { class: "hint", text: "下面写的话会发给工作人员；您刚才和小申的对话，他们也看得到" })];
  }

  function afterwards() {
    if (!talk.may_reopen) return [];
    const choices = Object.entries(VERDICTS).map(([verdict, label]) => button(label, () => act(async () => {
      const judged = await judge(talkId, verdict);
      announce("谢谢您的反馈。");
      return judged;
    }), { "aria-pressed": String(talk.verdict_of_person === verdict) }));
    const again = button("重新联系", () => act(async () => {
      const reopened = await reopen(talkId);
      listen();
      return reopened;
    }), { class: "quiet" });
    return [
      element("div", { class: "verdicts", role: "group", "aria-label": "是否解决" },
        element("span", { text: talk.verdict_of_person ? "谢谢您的反馈。" : "这次人工服务解决您的问题了吗？" }), ...choices),
      element("div", { class: "talk-again" }, again, element("span", { class: "hint", text: "七天内可以接着找工作人员" })),
    ];
  }

  async function act(asked) {
    try {
      become(await asked());
      trouble.textContent = "";
    } catch (error) {
      trouble.textContent = error.message;
    }
  }

  listen();
  return {
    root,
    current: () => talk,
    stop() {
      stop();
      reading.stop();
    },
    /** Raises ServiceFault. */
    async say({ text, attachment, key, onProgress }) {
      show(await (attachment ? showFile(talkId, { text, key, onProgress, file: attachment.file }) : say(talkId, text, key)));
      trouble.textContent = "";
    },
    tell(words) { trouble.textContent = words; },
  };
}

function stateInWords(talk) {
  switch (talk.state) {
    case "open": return waitingInWords(talk);
    case "claimed":
    case "answered": return `正在为您服务：${talk.helper_name}`;
    case "work_order": return `已转为工单${talk.result_due_at ? `，最晚 ${dueInWords(talk.result_due_at)} 前答复` : ""}`;
    case "returned": return "人工服务已结束，小申继续为您服务";
    default: return "人工服务已结束";
  }
}

function waitingInWords({ availability, ahead }) {
  if (availability?.opens_at) return `现在不在服务时间，${spokenMoment(availability.opens_at)} 起恢复，可以先留言`;
  const place = ahead ? `排在您前面 ${ahead} 位` : "您排在最前面";
  return availability?.available_now ? `${place}，请稍候` : `服务时间内暂时没有人在岗，可以先留言（${place}）`;
}
