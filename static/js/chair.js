// The chair's keys: space, the right arrow or a presenter's forward button press "next round", where there is one.

const KEYS = new Set([" ", "ArrowRight", "PageDown"]);
const TYPED = "input, textarea, select, button, summary, a";

document.addEventListener("keydown", (event) => {
  if (!KEYS.has(event.key) || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const next = document.querySelector("[data-key-next]");
  if (!next || event.target.closest(TYPED)) return;
  event.preventDefault();
  next.click();
});
