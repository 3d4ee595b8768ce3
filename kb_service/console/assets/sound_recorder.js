/** Recording what somebody says, where the browser and the page's address allow it. */

// Those that the service takes, in the order in which they are wanted.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 32_000;
export const MOST_SECONDS = 300;

const typeHere = () => TYPES.find((type) => window.MediaRecorder?.isTypeSupported(type));

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && typeHere());

/** Begins at once and gives `{stop(), recorded}`: the promise of a file. `onSecond(seconds)`. Raises where the
 * microphone is not to be had. */
export async function record(onSecond) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: typeHere(), audioBitsPerSecond: BITS_PER_SECOND });
  const pieces = [];
  const began = performance.now();
  const recorded = new Promise((resolve) => {
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      for (const track of stream.getTracks()) track.stop();
      resolve(new File(pieces, "录音", { type: recorder.mimeType }));
    });
  });
  const stop = () => { if (recorder.state !== "inactive") recorder.stop(); };
  const ticking = setInterval(() => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    onSecond(seconds);
    if (seconds >= MOST_SECONDS) stop();
  }, 500);
  recorder.start();
  return { stop, recorded };
}
