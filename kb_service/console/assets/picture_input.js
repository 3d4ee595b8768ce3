/** A screenshot beside the question: chosen or pasted, shown small, made small enough to send, removed at will. */

import { byId } from "./dom.js";

const KINDS = ["image/png", "image/jpeg", "image/webp"];
// The service takes 4 MB and 20 megapixels; what is larger is drawn anew, sharp enough to read.
const LARGEST_BYTES = 3 * 1024 * 1024;
const MOST_PIXELS = 16e6;
const LONGEST_SIDE = 2560;
const PREVIEW_HEIGHT = 72;

const UNREADABLE = "这个文件不是能读的图片，请换成截图（PNG 或 JPEG）。";

/** A picture is `{url, preview}`: a data: URL to send, and a small canvas to show. `onChange()` after every change. */
export function pictureInput({ onChange }) {
  const [frame, file, add, remove, trouble] =
    ["picture", "picture-file", "picture-add", "picture-remove", "picture-trouble"].map(byId);
  let picture = null;
  let isOpen = true;

  function hold(next, words = "") {
    picture = next;
    frame.hidden = !picture;
    if (picture) byId("picture-preview").replaceChildren(picture.preview);
    trouble.textContent = words;
    file.value = "";
    onChange();
  }

  async function take(chosen) {
    try {
      const { blob, preview } = await prepared(chosen, "截图");
      hold({ url: await asUrl(blob), preview });
    } catch {
      hold(null, UNREADABLE);
    }
  }

  add.addEventListener("click", () => file.click());
  file.addEventListener("change", () => { if (file.files.length) take(file.files[0]); });
  remove.addEventListener("click", () => { hold(null); add.focus(); });
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!pasted || !isOpen) return;
    event.preventDefault();
    take(pasted);
  });

  function setOpen(open) {
    isOpen = open;
    if (!open && picture) hold(null);
  }

  return { current: () => picture, clear: () => hold(null), giveBack: (earlier) => hold(picture ?? earlier), setOpen };
}

/** Small enough to send: `{blob, preview}`, with a canvas called `label`. Raises for what the browser cannot decode. */
export async function prepared(file, label) {
  const bitmap = await createImageBitmap(file);
  const preview = drawn(bitmap, PREVIEW_HEIGHT / bitmap.height, label);
  const isSmall = file.size <= LARGEST_BYTES && bitmap.width * bitmap.height <= MOST_PIXELS;
  const blob = KINDS.includes(file.type) && isSmall ? file : await redrawn(bitmap, label);
  bitmap.close();
  return { blob, preview };
}

function redrawn(bitmap, label) {
  const canvas = drawn(bitmap, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height), label);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
}

function drawn(bitmap, scale, label) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * Math.min(1, scale)));
  canvas.height = Math.max(1, Math.round(bitmap.height * Math.min(1, scale)));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  return canvas;
}

function asUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
