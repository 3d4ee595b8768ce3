/** The question box and its conditions. Enter sends, except while an input method composes. */

import { attachInput } from "./attach_input.js";
import { lengthOf } from "./codepoints.js";
import { shanghaiDay, spokenDay } from "./days.js";
import { byId, element } from "./dom.js";
import { pictureInput } from "./picture_input.js";
import { AUDIENCES, DISTRICTS, LIMITS } from "./words.js";

const LONGEST_QUESTION = LIMITS.longest_question;
const COUNTED_FROM = 0.8 * LONGEST_QUESTION;

/** Calls `onAsk({question, picture?, as_of?, region?, audience?}, attachment)`, the last one in a talk; `stop` calls `onStop()`. */
export function composer({ onAsk, onStop }) {
  const [form, box, send, stop] = ["composer", "question", "send", "stop"].map(byId);
  let isBusy = false;
  const picture = pictureInput({ onChange: refresh });
  const attached = attachInput({ place: document, onChange: () => refresh() });
  byId("picture-trouble").after(attached.root);
  attached.setOpen(false);

  function refresh() {
    const length = lengthOf(box.value.trim());
    const hasContent = length > 0 || picture.current() || attached.current();
    send.disabled = isBusy || attached.isBusy() || !hasContent || length > LONGEST_QUESTION;
    box.setAttribute("aria-invalid", String(length > LONGEST_QUESTION));
    byId("question-length").textContent = lengthInWords(length);
    byId("question-length").classList.toggle("too-long", length > LONGEST_QUESTION);
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  }

  function submit() {
    refresh();
    const shown = picture.current();
    if (!send.disabled) onAsk({ question: box.value.trim(), ...(shown && { picture: shown }), ...conditions() }, attached.current());
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  box.addEventListener("input", refresh);
  window.addEventListener("resize", refresh);
  box.addEventListener("keydown", (event) => {
    // 229: Safari reports the Enter that ends a composition after the composition has ended.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  stop.addEventListener("click", onStop);
  startConditions();
  refresh();

  return {
    setBusy(busy) {
      isBusy = busy;
      send.hidden = busy;
      stop.hidden = !busy;
      refresh();
    },
    isBusy: () => isBusy,
    clear() { box.value = ""; picture.clear(); },
    /** Puts a question back that could not be asked, unless something new has been typed; true if it is in the box. */
    giveBack(question, shown) {
      if (!box.value.trim()) box.value = question;
      picture.giveBack(shown ?? null);
      return box.value.trim() === question;
    },
    /** While a person is in charge of the conversation: neither conditions nor a picture go along. */
    setTalking(isTalking) {
      document.body.classList.toggle("talking", isTalking);
      byId("question-label").textContent = isTalking ? "发给工作人员" : "您的问题";
      box.placeholder = isTalking ? "写给工作人员" : "请输入问题";
      picture.setOpen(!isTalking);
      attached.setOpen(isTalking);
      refresh();
    },
    isHolding: (question) => box.value.trim() === question,
    attached,
    conditions,
    focus: () => box.focus(),
  };
}

function lengthInWords(length) {
  if (length > LONGEST_QUESTION) return `已有 ${length} 字，请精简到 ${LONGEST_QUESTION} 字以内`;
  return length >= COUNTED_FROM ? `${length} / ${LONGEST_QUESTION} 字` : "";
}

function conditions() {
  const chosen = { as_of: byId("as-of").value, region: byId("region").value, audience: byId("audience").value };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
}

function startConditions() {
  byId("region").append(...DISTRICTS.map((name) => element("option", { value: name, text: name })));
  const audiences = Object.entries(AUDIENCES).map(([value, text]) => element("option", { value, text }));
  byId("audience").append(...audiences);
  byId("as-of").setAttribute("title", `不填就按今天（${shanghaiDay()}）的规定`);
  byId("conditions").addEventListener("change", showChosen);
  byId("clear-conditions").addEventListener("click", () => {
    for (const id of ["as-of", "region", "audience"]) byId(id).value = "";
    showChosen();
  });
  showChosen();
}

/** What is chosen stays visible while the panel is closed: a forgotten date would change every answer. */
function showChosen() {
  const { as_of: day, region, audience } = conditions();
  const chosen = [day && `按 ${spokenDay(day)} 的规定`, region, AUDIENCES[audience]].filter(Boolean);
  byId("conditions-chosen").textContent = chosen.join(" · ");
}
