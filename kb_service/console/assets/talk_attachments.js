/** What goes with a message of a talk, as it is shown: a small picture that opens, sound that is heard in its place. */

import { element } from "./dom.js";

/** `address`: where its content is read; `who`: from whom it came. */
export function shownAttachment({ kind }, { address, who }) {
  if (kind === "sound") return element("audio", { class: "attached-sound", controls: true, preload: "none", src: address, "aria-label": `${who}的录音` });
  const picture = element("img", { src: address, alt: `${who}发来的图片`, loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith("图片打不开，可能已经删除"));
  return element("a", { class: "attached-picture", href: address, target: "_blank", rel: "noopener", title: "打开原图" }, picture);
}
