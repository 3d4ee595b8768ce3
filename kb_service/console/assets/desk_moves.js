/** The moves of a talk as buttons, each with its key; those that cannot be made now are off. */

import { keyedButton } from "./desk_keys.js";
import { element } from "./dom.js";
import { askForMove, choice, reason, selection } from "./move_dialog.js";
import { keep, move } from "./talk_service.js";
import { ORDER_KINDS, VERDICTS } from "./words.js";

const HELD = ["claimed", "answered"];
// As the citizens' hotline gives: shown where the kind is chosen.
const ORDER_DAYS = { simple: "5 个工作日", complex: "15 个工作日" };

/** `current()`: the escalation; `become(escalation)` after a move; `tell(words)` what went wrong. */
export function moveBar({ me, transferTargets, current, become, tell }) {
  const isMine = () => current().helper === me().person_id;
  const isUnclaimed = () => !current().helper;
  const isIn = (...states) => states.includes(current().state);
  const make = async (name, body) => { become(await move(current().id, name, body)); tell(""); };
  let claiming = Promise.resolve();

  async function claim() {
    claiming = make("claim").catch((error) => tell(error.message));
    await claiming;
    document.getElementById("reply").focus();
  }

  /** Its own department stands last: there it goes to a colleague. */
  function targets() {
    const { id: own, name } = current().department;
    const others = Object.entries(transferTargets()).filter(([id]) => id !== own);
    return [...others, [own, `${name}（换一位同事）`]];
  }

  const keepReply = () => keep(current().id).then(
    () => tell("已把这次的提问和答复写成问答草稿（去掉了个人信息），由编辑核对、另一人审核后发布。"),
    (error) => tell(error.message));

  const asked = (title, fields, name) => () => askForMove(title, fields(), (values) => make(name, values));
  const withReason = (isNeeded) => reason({ isNeeded });
  const MOVES = [
    { label: "接起", key: "J", run: claim, can: () => (isIn("open") || (isIn("work_order") && !isMine())), primary: true },
    { label: "转交", key: "Z", can: () => (isMine() || me().is_lead) && isIn("open", ...HELD, "work_order"),
      run: asked("转交", () => [
        selection({ name: "department", label: "部门", options: targets() }), withReason(() => true)], "transfer") },
    { label: "转工单", key: "G", can: () => (isMine() || isUnclaimed()) && isIn("open", ...HELD),
      run: asked("转为工单", () => [
        choice({ name: "kind", label: "类型", options: withDays() }), withReason(() => false)], "order") },
    { label: "放回队列", key: "P", can: () => isMine() && isIn(...HELD),
      run: asked("放回队列", () => [withReason(() => false)], "release") },
    { label: "回小申", key: "X", can: () => isMine() && isIn(...HELD),
      run: asked("请小申接着回答", () => [withReason(() => false)], "return") },
    { label: "办结", key: "W", can: () => isMine() && isIn(...HELD, "work_order"),
      run: asked("办结", () => [
        choice({ name: "verdict", label: "是否解决", options: VERDICTS }),
        reason({ label: "原因（没有完全解决时必填）", isNeeded: ({ verdict }) => verdict !== "resolved" })], "resolve") },
    { label: "写成问答", key: "L", can: () => isIn("resolved") && current().verdict === "resolved", run: keepReply },
  ];
  const buttons = MOVES.map(({ label, key, run, primary }) => keyedButton(label, key, run, { class: primary ? "primary" : "quiet" }));

  return {
    root: element("div", { class: "moves", role: "group", "aria-label": "处理" }, ...buttons),
    /** Resolved once a claim on its way has been answered. */
    claimed: () => claiming,
    draw() { MOVES.forEach(({ can }, position) => { buttons[position].disabled = !can(); }); },
  };
}

const withDays = () => Object.fromEntries(
  Object.entries(ORDER_KINDS).map(([kind, words]) => [kind, `${words}（${ORDER_DAYS[kind]}内办结）`]));
