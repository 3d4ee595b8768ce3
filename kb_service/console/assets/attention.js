/** Calling somebody to the page: a number in its title, and for helpers a short tone where it is switched on. */

const KEY = "xiaoshen.desk.sound";
const title = document.title;
let audio = null;

export function countInTitle(count) {
  document.title = count ? `(${count}) ${title}` : title;
}

let missed = 0;

/** Counts what came while another page was looked at. */
export function callBack() {
  if (!document.hidden) return;
  missed += 1;
  countInTitle(missed);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !missed) return;
  missed = 0;
  countInTitle(0);
});

export function isSoundOn() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

export function switchSound(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {
    // Storage switched off: it holds until the page is left.
  }
  if (isOn) tone();
}

/** Two short notes. Before the first click on a page browsers let nothing sound. */
export function tone() {
  audio ??= new AudioContext();
  const at = audio.currentTime;
  for (const [start, frequency] of [[0, 660], [0.16, 880]]) {
    const [note, volume] = [audio.createOscillator(), audio.createGain()];
    note.frequency.value = frequency;
    volume.gain.setValueAtTime(0.12, at + start);
    volume.gain.exponentialRampToValueAtTime(0.001, at + start + 0.14);
    note.connect(volume).connect(audio.destination);
    note.start(at + start);
    note.stop(at + start + 0.15);
  }
}
