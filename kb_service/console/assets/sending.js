/** Messages that appear once, however often they are sent: each has a key, and goes again by itself after a lost
 * connection. */

import { faultFrom, networkFault, postJson } from "./service.js";

const PAUSE_MS = 700;
const KEY_BYTES = 16;

/** `crypto.randomUUID` is missing on pages that came over plain http. */
export const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(KEY_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const postOnce = (address, body, key) =>
  twice(() => postJson(address, body, undefined, { "Idempotency-Key": key }));

/** A form with a file; `onProgress(share)` from 0 to 1 while it is on its way. */
export const sendFormOnce = (address, form, { key, onProgress }) => twice(() => sent(address, form, { key, onProgress }));

async function twice(send) {
  try {
    return await send();
  } catch (error) {
    if (error.code !== "NetworkUnreachable") throw error;
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    return send();
  }
}

/** `fetch` does not tell how much of a file has gone. */
function sent(address, form, { key, onProgress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", ({ loaded, total }) => { if (total) onProgress(loaded / total); });
    request.addEventListener("error", () => reject(networkFault()));
    request.addEventListener("load", () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300 && body) resolve(body);
      else reject(faultFrom(body, request.status));
    });
    request.send(form);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
