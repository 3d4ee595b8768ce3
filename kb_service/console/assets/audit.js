/** Judging by the keys 1 to 4, wherever the reader is on the page but in a field. */

const form = document.querySelector(".audit-judge");
let isSent = false;

form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault(); // a key held down, or pressed twice: the next question is not read yet
  isSent = true;
});

// Back from the next page with the browser's own button: the form is as it was left.
addEventListener("pageshow", () => { isSent = false; });

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select")) return;
  const button = form.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
});
