// The hall's screen: losing glasses are poured into the next ones, results grow. Everything is drawn by attributes of
// the SVG; without this script, or where motion is unwanted, the next state stands there at once.

const POUR_MS = 1100, GROW_MS = 800, BOTTOM = 190;
const SVG = "http://www.w3.org/2000/svg";
const still = matchMedia("(prefers-reduced-motion: reduce)");

const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t));
const between = (from, to, t) => from + (to - from) * t;

// A window behind another one draws no frames: then the time alone ends the play, and the next state stands there.
const play = (duration, draw) => new Promise((done) => {
  const start = performance.now();
  const step = (moment) => {
    const t = Math.min(1, Math.max(0, (moment - start) / duration));
    draw(ease(t));
    if (t < 1) requestAnimationFrame(step);
    else done();
  };
  requestAnimationFrame(step);
  setTimeout(() => { draw(1); done(); }, duration + 300);
});

const glassesOf = (node) => new Map([...node.querySelectorAll("[data-option]")].map((glass) => [glass.dataset.option, glass]));
const beerOf = (glass) => glass?.querySelector("[data-beer]");
const levelOf = (glass) => Number(/[\d.]+(?=\)$)/.exec(beerOf(glass)?.getAttribute("transform") || "")?.[0] ?? BOTTOM);
const setLevel = (glass, y) => beerOf(glass)?.setAttribute("transform", `translate(0 ${y.toFixed(1)})`);

// A stream from the tilted rim of one glass into the mouth of another, in the coordinates of the page.
const stream = (layer, from, to, beer) => {
  const start = from.querySelector("[data-glass]").getBoundingClientRect(), end = to.querySelector("[data-glass]").getBoundingClientRect();
  const side = end.left > start.left ? start.right : start.left;
  const x = end.left + end.width / 2, y = end.top + end.height * 0.2, top = Math.min(start.top, end.top) - 24;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", `stream beer-${beer}`);
  path.setAttribute("d", `M${side} ${start.top + 12}C${side} ${top} ${x} ${top} ${x} ${y}`);
  path.setAttribute("pathLength", "1");
  layer.append(path);
  return path;
};

// A glass tilts to the side where most of its streams go.
const sideOf = (key, pours, here) => {
  const left = (glass) => glass.getBoundingClientRect().left;
  const sides = pours.filter(({ from, to }) => from === key && here.has(to)).map(({ to }) => Math.sign(left(here.get(to)) - left(here.get(key))));
  return sides.reduce((sum, side) => sum + side, 0) < 0 ? -1 : 1;
};

const pour = async (part, next) => {
  const here = glassesOf(part), there = glassesOf(next);
  const pours = [...next.querySelectorAll(".pours li")].map((row) => row.dataset);
  const levels = [...here].map(([key, glass]) => ({ glass, from: levelOf(glass), to: there.has(key) ? levelOf(there.get(key)) : BOTTOM + 12 }));
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("class", "streams");
  layer.setAttribute("aria-hidden", "true");
  document.body.append(layer);
  const streams = pours.filter(({ from, to }) => here.has(from) && here.has(to)).map(({ from, to, beer }) => stream(layer, here.get(from), here.get(to), beer));
  const losers = [...new Set(pours.map(({ from }) => from))].filter((key) => here.has(key)).map((key) => ({ glass: here.get(key).querySelector("[data-glass]"), side: sideOf(key, pours, here) }));
  await play(POUR_MS, (t) => {
    for (const { glass, from, to } of levels) setLevel(glass, between(from, to, t));
    const tilt = Math.sin(Math.PI * Math.min(1, t * 1.15));
    for (const { glass, side } of losers) glass.setAttribute("transform", `translate(0 ${(-14 * tilt).toFixed(1)}) rotate(${(side * 38 * tilt).toFixed(1)} 70 110)`);
    for (const line of streams) line.setAttribute("stroke-dasharray", `${Math.min(1, 3 * t).toFixed(2)} 1`);
    layer.setAttribute("opacity", (t > 0.8 ? (1 - t) * 5 : 1).toFixed(2));
  });
  layer.remove();
};

const fill = (part) => {
  const levels = [...glassesOf(part).values()].map((glass) => ({ glass, to: levelOf(glass) }));
  return play(GROW_MS, (t) => levels.forEach(({ glass, to }) => setLevel(glass, between(BOTTOM + 12, to, t))));
};

const grow = (part) => {
  const bars = [...part.querySelectorAll("[data-bar]")].map((bar) => ({ bar, to: Number(bar.getAttribute("width")) }));
  return play(GROW_MS, (t) => bars.forEach(({ bar, to }) => bar.setAttribute("width", (to * t).toFixed(1))));
};

document.addEventListener("live:change", (event) => {
  const part = event.target, { next, swap } = event.detail;
  if (still.matches || document.hidden) return;
  const isNext = part.dataset.kind === "glasses" && next.dataset.kind === "glasses" && part.dataset.about === next.dataset.about;
  if (isNext) {
    event.preventDefault();
    pour(part, next).finally(swap);
  }
});

document.addEventListener("live:changed", ({ target }) => {
  if (still.matches || document.hidden) return;
  if (target.querySelector('[data-round="1"]')) fill(target);
  else if (target.querySelector("[data-bar]")) grow(target);
});
