/** Three text sizes, kept for the next visit. */

const KEY = "xiaoshen.text-size";

export function startTextSizes() {
  const buttons = [...document.querySelectorAll("[data-text-size]")];
  const choose = (size) => {
    document.documentElement.dataset.textSize = size;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.textSize === size));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.dataset.textSize);
      window.dispatchEvent(new Event("resize"));
      try { localStorage.setItem(KEY, button.dataset.textSize); } catch { /* storage switched off */ }
    });
  }
  choose(storedSize(buttons.map((button) => button.dataset.textSize)));
}

function storedSize(known) {
  try {
    const size = localStorage.getItem(KEY);
    return known.includes(size) ? size : "normal";
  } catch {
    return "normal";
  }
}
