/** The residents' chat page: asks, shows progress, draws answers, and restores this tab's conversation. */

import { answerCard } from "./answer_card.js";
import { composer } from "./composer.js";
import { button, byId, element } from "./dom.js";
import { forget, rememberAnswer, remembered, rememberFeedback } from "./remembered.js";
import { ask, storedAnswer } from "./service.js";
import { startTextSizes } from "./text_size.js";
import { EXAMPLES, PICTURE_ONLY, PROGRESS } from "./words.js";

let asking = new AbortController();
const box = composer({ onAsk: (question) => exchange(question), onStop: () => asking.abort() });

function start() {
  startTextSizes();
  const examples = EXAMPLES.map((question) => button(question, () => askAgain({ question })));
  byId("examples").append(...examples.map((example) => element("li", {}, example)));
  byId("new-conversation").addEventListener("click", startOver);
  restore();
}

function startOver() {
  asking.abort();
  forget();
  byId("exchanges").replaceChildren();
  showWelcome(true);
  box.focus();
}

function showWelcome(isShown) {
  byId("welcome").hidden = !isShown;
  byId("new-conversation").hidden = isShown;
}

function askAgain(question) {
  if (!box.isBusy()) exchange({ ...box.conditions(), ...question });
}

/** One question from asking to its drawn answer; on a fault the question goes back into the box. */
async function exchange(question) {
  asking = new AbortController();
  const entry = newEntry(question);
  if (box.isHolding(question.question)) box.clear();
  box.setBusy(true);
  try {
    const answer = await follow(entry, question, asking.signal);
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
    askAgain, resolved, onFeedback: (isResolved) => rememberFeedback(answer.answer_id, isResolved),
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

/** Reads the stored answers of this tab; nothing is asked again. */
async function restore() {
  const { answers } = remembered();
  if (!answers.length) return;
  showWelcome(false);
  const loaded = await Promise.all(answers.map(({ id }) => storedAnswer(id).catch((error) => ({ error }))));
  loaded.forEach((answer, position) => {
    const entry = { reply: element("div", { class: "reply" }) };
    const question = answer.error ? null : asked(answer.question);
    byId("exchanges").append(element("section", { class: "exchange" }, question, entry.reply));
    const words = answer.error && `之前的一条对话读不出来：${answer.error.message}`;
    if (answer.error) entry.reply.append(element("p", { class: "trouble", text: words }));
    else show(entry, answer, answers[position].resolved);
  });
  byId("exchanges").lastElementChild.scrollIntoView({ block: "start" });
}

start();
