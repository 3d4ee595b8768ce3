/** The residents' chat page: asks, shows progress, draws answers, and restores this tab's conversation. */

import { startAnnouncements } from "./announcements.js";
import { answerCard } from "./answer_card.js";
import { composer } from "./composer.js";
import { button, byId, element } from "./dom.js";
import { forget, rememberAnswer, remembered, rememberFeedback } from "./remembered.js";
import { ask, storedAnswer } from "./service.js";
import { talks } from "./talks.js";
import { startTextSizes } from "./text_size.js";
import { EXAMPLES, PICTURE_ONLY, PROGRESS } from "./words.js";

let asking = new AbortController();
const box = composer({ onAsk: send, onStop: () => asking.abort() });
const people = talks({ box, announce: (text) => announce(text) });

function start() {
  startTextSizes();
  startAnnouncements();
  const examples = EXAMPLES.map((question) => button(question, () => askAgain({ question })));
  byId("examples").append(...examples.map((example) => element("li", {}, example)));
  byId("new-conversation").addEventListener("click", startOver);
  restore();
}

function startOver() {
  asking.abort();
  forget(people.closeAll());
  byId("exchanges").replaceChildren();
  showWelcome(true);
  box.focus();
}

function showWelcome(isShown) {
  byId("welcome").hidden = !isShown;
  byId("new-conversation").hidden = isShown;
  if (isShown) people.offerOrders(byId("orders"), remembered().orders, () => showWelcome(false));
}

/** To the person in charge of the conversation, else to the assistant. */
function send(question, attachment) {
  if (people.isTalking()) people.say({ question: question.question, attachment });
  else exchange(question);
}

function askAgain(question) {
  if (!box.isBusy()) send({ ...box.conditions(), ...question });
}

/** One question from asking to its drawn answer; on a fault the question goes back into the box. */
async function exchange(question) {
  asking = new AbortController();
  const entry = newEntry(question);
  if (box.isHolding(question.question)) box.clear();
  box.setBusy(true);
  try {
    const answer = await follow(entry, question, asking.signal);
    if (answer.outcome === "in_talk") return people.passedOn(entry, answer);
    rememberAnswer(answer);
    show(entry, answer);
    announce(`小申答复：${answer.text}`);
  } catch (error) {
    failed(entry, question, error);
  } finally {
    box.setBusy(false);
  }
}

async function follow(entry, question, signal) {
  const { conversationId } = remembered();
  const body = { ...question, picture: question.picture?.url };
  if (conversationId) body.conversation_id = conversationId;
  let drafted = "";
  for await (const { event, data } of ask(body, signal)) {
    if (event === "answer") return data;
    if (event === "text") {
      drafted += data.text;
      entry.reply.replaceChildren(element("p", { class: "drafting", text: drafted }));
    } else if (event === "evidence") setProgress(entry, "找到了可能的依据，正在核对…");
    else if (event === "progress") setProgress(entry, PROGRESS[data.stage] ?? PROGRESS.searching);
  }
  throw new Error("unreachable: the service yields an answer or raises");
}

function setProgress(entry, text) {
  if (!entry.reply.querySelector(".drafting")) entry.progress.textContent = text;
}

function newEntry({ question, picture }) {
  showWelcome(false);
  const progress = element("p", { class: "progress", text: PROGRESS.asked });
  const reply = element("div", { class: "reply", "aria-busy": "true" }, progress);
  const root = element("section", { class: "exchange" }, asked(question, picture), reply);
  byId("exchanges").append(root);
  root.scrollIntoView({ block: "start" });
  announce("正在查找…");
  return { root, reply, progress };
}

const asked = (question, picture) => element("p", { class: "asked" },
  element("span", { class: "visually-hidden", text: "您问：" }), picture?.preview, question || PICTURE_ONLY);

function show(entry, answer, resolved) {
  entry.reply.removeAttribute("aria-busy");
  entry.reply.replaceChildren(answerCard(answer, {
    askAgain, resolved, openTalk: () => people.open(answer), onFeedback: (isResolved) => rememberFeedback(answer.answer_id, isResolved),
  }));
}

function failed(entry, question, error) {
  entry.reply.removeAttribute("aria-busy");
  if (error.name === "AbortError" && !entry.root.isConnected) return;
  const words = error.name === "AbortError" ? "已停止。" : error.message;
  const isKept = box.giveBack(question.question, question.picture);
  const again = button("重新发送", () => {
    if (box.isBusy()) return;
    entry.root.remove();
    exchange(question);
  });
  const signIn = error.code === "Unauthenticated" ? element("a", { href: "/console", text: "去登录" }) : null;
  entry.reply.replaceChildren(element("div", { class: "trouble", role: "alert" },
    element("p", { text: isKept ? `${words}您的问题还在输入框里。` : words }), signIn, again));
}

const announce = (text) => { byId("announcements").textContent = text; };

/** Reads what is stored of this tab's answers and talks; nothing is asked again. */
async function restore() {
  const { entries } = remembered();
  showWelcome(!entries.length);
  if (!entries.length) return;
  const loaded = await Promise.all(entries.map(({ id }) => id && storedAnswer(id).catch((error) => ({ error }))));
  loaded.forEach((answer, position) => {
    const { talk, resolved } = entries[position];
    if (talk) people.show(talk);
    else restoreAnswer(answer, resolved);
  });
  byId("exchanges").lastElementChild.scrollIntoView({ block: "start" });
}

function restoreAnswer(answer, resolved) {
  const entry = { reply: element("div", { class: "reply" }) };
  const question = answer.error ? null : asked(answer.question);
  byId("exchanges").append(element("section", { class: "exchange" }, question, entry.reply));
  const words = answer.error && `之前的一条对话读不出来：${answer.error.message}`;
  if (answer.error) entry.reply.append(element("p", { class: "trouble", text: words }));
  else show(entry, answer, resolved);
}

start();
