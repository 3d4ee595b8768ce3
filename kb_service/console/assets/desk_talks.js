/** The helper's part of the desk: the queue, one talk, being on duty. Who is no helper has the search alone. */

import { countInTitle, isSoundOn, switchSound, tone } from "./attention.js";
import { isOver, setServiceTime, startCountdowns } from "./countdown.js";
import { approvals } from "./desk_approvals.js";
import { keyedButton, onAlt } from "./desk_keys.js";
import { queue } from "./desk_queue.js";
import { readMarks } from "./desk_read.js";
import { suggestions } from "./desk_suggestions.js";
import { talkPane } from "./desk_talk.js";
import { unreadCounts } from "./desk_unread.js";
import { team } from "./desk_team.js";
import { button, byId, element } from "./dom.js";
import { follow } from "./following.js";
import { departments, escalations, GOING_ON, helpers, me as whoIAm, presence, QUEUE_EVENTS } from "./talk_service.js";

const PAGE = 200;
const MOST_PAGES = 5;
// Several changes come together where many people work.
const PAUSE_MS = 150;
const BETWEEN_MS = 1000;

/** `searchFor(text, previous)`, `focusSearch()`: of the search beside. Gives `insert(text)`; null for who is no helper. */
export async function startTalks({ searchFor, focusSearch }) {
  const known = await whoHelps();
  if (!known.me) {
    byId("no-helper").replaceChildren(...known.words);
    byId("no-helper").hidden = false;
    return null;
  }
  return desk(known, { searchFor, focusSearch });
}

/** `{me, helpers, names}`; or `{words}` that say why there is no queue. */
async function whoHelps() {
  try {
    const [i, all] = await Promise.all([whoIAm(), helpers()]);
    const found = all.find((each) => each.person_id === i.person_id);
    if (!found) return { words: [`要在这里接待转人工的居民，请管理员把“${i.name}”设为帮办人员：PUT /v1/helpers/${i.name}，写明部门（departments）。`] };
    const names = Object.fromEntries((await departments()).map(({ id, name }) => [id, name]));
    return { me: found, helpers: all, names };
  } catch (error) {
    const isStranger = ["Unauthenticated", "NotAllowed"].includes(error.code);
    const signIn = element("a", { href: "/console/login?next=/desk", text: "用帮办人员的密钥登录" });
    return { words: isStranger ? ["要在这里接待转人工的居民，请", signIn, "。"] : ["会话队列暂时打不开，检索照常。"] };
  }
}

function desk(known, { searchFor, focusSearch }) {
  let { me } = known;
  let everyone = known.helpers;
  let found = [];
  let searched = "";
  let newest = 0;
  let lateCount = 0;
  const marks = readMarks();
  const unread = unreadCounts();
  const lists = queue(byId("queue"), select);
  const toApprove = approvals(byId("queue"), select);
  const lead = me.is_lead ? team(byId("queue"), select) : null;
  const ready = suggestions(byId("search"), (text) => pane.insert(text));
  const pane = talkPane(byId("talk"), {
    me: () => me,
    suggestions: ready,
    transferTargets,
    onRead(id, number) {
      newest = number;
      if (!document.hidden) readUpTo(id);
    },
  });
  const onDuty = keyedButton("在岗", "O", switchDuty, { "aria-pressed": "false" });
  const sound = button("提示音", toggleSound, { class: "quiet", "aria-pressed": String(isSoundOn()) });

  function show() {
    document.body.classList.add("with-talks");
    for (const id of ["queue", "talk", "duty", "talk-keys"]) byId(id).hidden = false;
    byId("duty").append(element("span", { class: "duty-name", text: me.name }), onDuty, sound);
    byId("talk").append(element("p", { class: "desk-empty", text: "请选一个会话。" }));
    onAlt("ArrowDown", () => step(1));
    onAlt("ArrowUp", () => step(-1));
    onAlt("R", () => pane.focusReply());
    onAlt("K", focusSearch);
    document.addEventListener("visibilitychange", () => { if (!document.hidden && pane.id()) readUpTo(pane.id()); });
    startCountdowns(drawWhenLate);
    drawDuty();
    const changed = inTurn(load);
    follow(QUEUE_EVENTS, {
      onEvent({ data }) { setServiceTime(data.at); changed(); },
      onLink: (isUp) => lists.tell(isUp ? "" : "连接断开了，正在重新连接…"),
      onEnd: (error) => lists.tell(error.message),
    });
  }

  function readUpTo(id) {
    marks.read(id, newest);
    unread.read(id, newest);
    draw();
  }

  function transferTargets() {
    const served = new Set(everyone.flatMap((each) => each.departments));
    return Object.fromEntries(Object.entries(known.names).filter(([id]) => served.has(id)));
  }

  async function load() {
    const [all, talks] = await Promise.all([helpers(), allGoingOn(), unread.load()]).catch(() => [everyone, found]);
    everyone = all;
    me = all.find((each) => each.person_id === me.person_id) ?? me;
    const isFirst = !marks.isStarted();
    found = talks;
    const news = marks.take(found.filter((each) => !each.helper || isMine(each)), isMine);
    const isAsked = toApprove.take(othersToApprove());
    drawDuty();
    draw();
    if ((news || isAsked) && !isFirst) call();
    if (isFirst && marks.selected() && byOwnId(marks.selected())) select(marks.selected());
  }

  /** By sound, and for who hears the page read out. */
  function call() {
    if (isSoundOn()) tone();
    const counts = [
      ["人在等待", found.filter((each) => !each.helper).length],
      ["个会话待您回复", found.filter((each) => isUnread(each) || isUnanswered(each)).length],
      ["条拟复待您确认", othersToApprove().length],
    ];
    lists.call(counts.filter(([, count]) => count).map(([what, count]) => `${count} ${what}`).join("，"));
  }

  /** Time alone makes a talk late. */
  function drawWhenLate() {
    const count = found.filter((each) => isOver(each.due_at)).length;
    if (count !== lateCount) draw();
    lateCount = count;
  }

  const isMine = (each) => each.helper === me.person_id;
  const byOwnId = (id) => found.find((each) => each.id === id);
  const othersToApprove = () => found.filter((each) => each.awaits_you && !isMine(each)).sort(byDue);
  const isUnanswered = (each) => isMine(each) && each.state === "claimed" && !marks.isOpened(each);
  const isUnread = (each) => isMine(each) && (marks.isUnread(each) || unread.of(each) > 0);

  function draw() {
    const waiting = found.filter((each) => !each.helper).sort(byDue);
    const mine = found.filter(isMine).sort(byDue);
    lists.draw({ waiting, mine, selected: pane.id(), isUnread, isUnanswered, unreadOf: unread.of, manyDepartments: me.departments.length > 1 });
    toApprove.draw(othersToApprove(), pane.id());
    const others = found.filter((each) => each.helper && !isMine(each)).sort(byDue);
    lead?.draw({ helpers: everyone, late: found.filter((each) => isOver(each.due_at)), others, selected: pane.id() });
    countInTitle(waiting.length + mine.filter((each) => isUnread(each) || isUnanswered(each)).length + othersToApprove().length);
  }

  function select(id) {
    const chosen = byOwnId(id);
    if (!chosen) return;
    marks.select(id);
    pane.open(chosen);
    ready.show(id);
    searchFor(aboutOf(chosen), searched);
    searched = aboutOf(chosen);
    draw();
    pane.focusReply();
  }

  function step(by) {
    const next = lists.beside(pane.id(), by);
    if (next) select(next);
  }

  function drawDuty() {
    onDuty.setAttribute("aria-pressed", String(me.is_on_duty));
    onDuty.firstChild.textContent = me.is_on_duty ? "在岗" : "离岗，点此上岗";
  }

  async function switchDuty() {
    try {
      me = await presence(!me.is_on_duty);
      lists.tell("");
    } catch (error) {
      lists.tell(error.message);
    }
    drawDuty();
  }

  function toggleSound() {
    switchSound(!isSoundOn());
    sound.setAttribute("aria-pressed", String(isSoundOn()));
  }

  show();
  return { insert: (text) => pane.insert(text) };
}

/** What to look up: who only asked for a person may have named a matter before. */
function aboutOf({ subject, matter }) {
  return (subject.reasons.includes("user_request") && matter?.name) || subject.question;
}

const byDue = (a, b) => (a.due_at ?? "9").localeCompare(b.due_at ?? "9") || a.opened_at.localeCompare(b.opened_at);

async function allGoingOn() {
  const found = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const states = GOING_ON.map((state) => ["state", state]);
    const reply = await escalations([...states, ["limit", PAGE], ...(cursor ? [["cursor", cursor]] : [])]);
    found.push(...reply.escalations);
    cursor = reply.next_cursor;
    if (!cursor) break;
  }
  return found;
}

/** Runs once after several calls, and once more after those that come while it runs. */
function inTurn(run) {
  let [isWanted, isRunning] = [false, false];
  return async function ask() {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    for (let pause = PAUSE_MS; isWanted; pause = BETWEEN_MS) {
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      isWanted = false;
      await run();
    }
    isRunning = false;
  };
}
