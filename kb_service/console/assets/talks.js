/** The talks of this tab's conversation: opened, shown among the answers, and which of them has what the person writes. */

import { callBack } from "./attention.js";
import { dueInWords } from "./days.js";
import { button, byId, element } from "./dom.js";
import { rememberTalk } from "./remembered.js";
import { newKey } from "./sending.js";
import { talkPanel } from "./talk.js";
import { isGoingOn, leave, openTalk, talk, typeInTalk } from "./talk_service.js";
import { sayTyping } from "./talk_signs.js";
import { TALK_STATES } from "./words.js";

/** `box`: the composer; `announce(text)` reads out. */
export function talks({ box, announce }) {
  const panels = new Map();
  // What could not be sent for all this page knows: it may have arrived without its receipt.
  let unsure = null;

  const current = () => [...panels.values()].find((panel) => isGoingOn(panel.current()));
  sayTyping(byId("question"), () => {
    const going = current()?.current();
    return going ? typeInTalk(going.id) : null;
  });

  function show(talkId) {
    if (panels.has(talkId)) return panels.get(talkId);
    const panel = talkPanel(talkId, {
      onChange: () => box.setTalking(Boolean(current())),
      onLine(line, { author, text, attachments }) {
        line.scrollIntoView({ block: "nearest" });
        if (author !== "person") callBack();
        else if (unsure && text === unsure.text && box.isHolding(text) && Boolean(unsure.file) === attachments.length > 0) {
          box.clear();
          if (unsure.file) box.attached.clear();
        }
      },
      announce,
    });
    panels.set(talkId, panel);
    byId("exchanges").append(panel.root);
    return panel;
  }

  async function open(answer) {
    try {
      enter(await openTalk(answer.conversation_id, answer.escalation.department?.id));
    } catch (error) {
      told(error);
    }
  }

  function enter(entered) {
    rememberTalk(entered);
    show(entered.id).root.scrollIntoView({ block: "start" });
    announce("下面写的话会发给工作人员。");
    box.focus();
  }

  function told(error) {
    const trouble = element("p", { class: "trouble", role: "alert", text: error.message });
    byId("exchanges").lastElementChild.append(trouble);
    trouble.scrollIntoView({ block: "nearest" });
  }

  return {
    show,
    open,
    isTalking: () => Boolean(current()),
    /** A message that the service passed on by itself. */
    passedOn(entry, { conversation_id: conversationId, escalation }) {
      entry.root.remove();
      enter({ id: escalation.id, conversation_id: conversationId });
    },
    async say({ question: text, attachment }) {
      const panel = current();
      const isAgain = unsure && unsure.text === text && unsure.file === attachment?.file;
      const sent = isAgain ? unsure : { text, file: attachment?.file, key: newKey() };
      box.setBusy(true);
      box.clear();
      try {
        await panel.say({ ...sent, attachment, onProgress: box.attached.tellProgress });
        unsure = null;
        if (attachment) box.attached.clear();
      } catch (error) {
        box.giveBack(text);
        unsure = sent;
        panel.tell(text ? `${error.message}您的话还在输入框里。` : error.message);
      } finally {
        box.attached.tellProgress(null);
        box.setBusy(false);
        box.focus();
      }
    },
    /** A conversation that is left leaves its helper too, who need not wait; gives the ids of orders, which go on. */
    closeAll() {
      const open = [...panels.values()].map((panel) => panel.current()).filter(isGoingOn);
      const orders = open.filter(({ state }) => state === "work_order");
      for (const each of open) if (!orders.includes(each)) leave(each.id).catch(() => {});
      for (const panel of panels.values()) panel.stop();
      panels.clear();
      box.setTalking(false);
      return orders.map(({ id }) => id);
    },
    /** A button for each order of earlier conversations that is still worked on; `onEnter()` when one is gone into. */
    async offerOrders(place, ids, onEnter) {
      const found = await Promise.all(ids.map((id) => talk(id).catch(() => null)));
      const label = ({ department, state, result_due_at: due }) =>
        `${department.name}：${state === "work_order" && due ? `最晚 ${dueInWords(due)} 前答复` : TALK_STATES[state]}`;
      const buttons = found.filter(Boolean).map((each) => button(label(each), () => { onEnter(); enter(each); }));
      place.hidden = !buttons.length;
      place.querySelector("ul").replaceChildren(...buttons.map((each) => element("li", {}, each)));
    },
  };
}
