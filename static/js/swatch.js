// The glass takes the colour that is typed, as the server would choose it; without JavaScript it does so on the next page.

for (const swatch of document.querySelectorAll("[data-swatch-of]")) {
  const input = document.getElementById(swatch.dataset.swatchOf);
  const glass = swatch.firstElementChild;
  const grounds = swatch.dataset.grounds.split(" ").map((pair) => pair.split(":"));
  const show = () => {
    glass.classList.remove(...grounds.map(([name]) => `ground-${name}`));
    const typed = input.value.trim();
    if (!/^\d{1,3}$/.test(typed) || Number(typed) === 0) return;
    const fitting = grounds.filter(([, start]) => Number(start) <= Number(typed));
    glass.classList.add(`ground-${fitting.at(-1)[0]}`);
  };
  input.addEventListener("input", show);
  show();
}
