/** A picture or recorded sound that goes with a message of a talk: chosen, pasted or recorded, heard and seen before it
 * is sent, removed at will. */

import { button, element } from "./dom.js";
import { prepared } from "./picture_input.js";
import { canRecord, record } from "./sound_recorder.js";
import { LIMITS } from "./words.js";

const UNREADABLE = "这个文件不是能读的图片，请换成 PNG 或 JPEG 图片。";
const ONE_AT_A_TIME = "一条消息带一张图片或一段录音：请先发送，或移除后再加。";
const NO_MICROPHONE = "用不了麦克风，请在浏览器里允许，或选一个录音文件。";

/** `onChange()` after every change; pictures pasted into `place` are taken. An attachment is `{file, kind}`. */
export function attachInput({ place, onChange }) {
  const pictures = chooser("image/png,image/jpeg,image/webp,image/*", "选择图片", takePicture);
  const sounds = chooser("audio/*", "选择录音文件", takeSound);
  const addPicture = button("图片", () => ifNoneIsHeld(() => pictures.click()), { class: "attach-add" });
  const addSound = button("录音", () => recording ? recording.stop() : ifNoneIsHeld(sound), { class: "attach-add", "aria-pressed": "false" });
  const chooseSound = button("选录音文件", () => ifNoneIsHeld(() => sounds.click()), { class: "attach-add", hidden: true });
  const status = element("span", { class: "hint", role: "status" });
  const time = element("span", { class: "attach-time", role: "timer" });
  const trouble = element("p", { class: "attach-trouble", role: "alert" });
  const progress = element("progress", { max: "1", value: "0", "aria-label": "发送进度", hidden: true });
  const preview = element("span", { class: "attach-preview" });
  const remove = button("移除", () => { hold(null); addPicture.focus(); }, { class: "quiet" });
  const held = element("div", { class: "attach-held", role: "group", "aria-label": "要发送的附件", hidden: true }, preview, progress, remove);
  const bar = element("div", { class: "attach-bar", role: "group", "aria-label": "添加附件" },
    addPicture, addSound, chooseSound, time, status, pictures, sounds);
  const root = element("div", { class: "attach" }, bar, held, trouble);
  let attached = null;
  let recording = null;
  let isPreparing = false;
  let isOpen = true;

  function hold(next, words = "") {
    if (attached?.url) URL.revokeObjectURL(attached.url);
    attached = next;
    held.hidden = !attached;
    preview.replaceChildren(...(attached ? [attached.preview] : []));
    trouble.textContent = words;
    status.textContent = "";
    progress.hidden = true;
    onChange();
  }

  /** What is held or being recorded would be lost without a word where another took its place. */
  function ifNoneIsHeld(add) {
    if (attached || recording) trouble.textContent = ONE_AT_A_TIME;
    else add();
  }

  async function takePicture(file) {
    isPreparing = true;
    onChange();
    try {
      const { blob, preview: small } = await prepared(file, "图片");
      hold({ kind: "picture", file: blob, preview: small });
      status.textContent = "已添加图片";
    } catch {
      hold(null, UNREADABLE);
    } finally {
      isPreparing = false;
      onChange();
    }
  }

  function takeSound(file) {
    const most = LIMITS.attachment_mb;
    if (file.size > most * 2 ** 20) return hold(null, `录音不能超过 ${most} MB，请录短一些，或分成几段。`);
    const url = URL.createObjectURL(file);
    hold({ kind: "sound", file, url, preview: element("audio", { controls: true, src: url, "aria-label": "试听录音" }) });
    status.textContent = "已添加录音";
  }

  async function sound() {
    if (!canRecord()) return sounds.click();
    addSound.disabled = true;
    try {
      recording = await record((seconds) => { time.textContent = spoken(seconds); });
    } catch {
      chooseSound.hidden = false;
      trouble.textContent = NO_MICROPHONE;
      return;
    } finally {
      addSound.disabled = false;
    }
    begin();
    const file = await recording.recorded;
    recording = null;
    end();
    if (isOpen && file.size) takeSound(file);
  }

  function begin() {
    trouble.textContent = "";
    status.textContent = "正在录音";
    time.textContent = spoken(0);
    addSound.textContent = "停止录音";
    addSound.setAttribute("aria-pressed", "true");
    onChange();
  }

  function end() {
    status.textContent = time.textContent = "";
    addSound.textContent = "录音";
    addSound.setAttribute("aria-pressed", "false");
    onChange();
  }

  place.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!pasted || !isOpen) return;
    event.preventDefault();
    ifNoneIsHeld(() => takePicture(pasted));
  });

  return {
    root,
    current: () => attached && { file: attached.file, kind: attached.kind },
    /** While it is recorded or made ready: what is sent now would go without it. */
    isBusy: () => isPreparing || recording !== null,
    clear: () => hold(null),
    /** How much of it has gone, 0 to 1; null when it is no longer on its way. */
    tellProgress(share) {
      progress.hidden = share === null || !attached;
      progress.value = share ?? 0;
      remove.disabled = share !== null;
    },
    setOpen(open) {
      isOpen = open;
      root.hidden = !open;
      if (open) return;
      recording?.stop();
      if (attached) hold(null);
    },
  };
}

function chooser(accept, label, take) {
  const input = element("input", { type: "file", accept, "aria-label": label, tabindex: "-1", hidden: true });
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file) take(file);
  });
  return input;
}

const spoken = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
