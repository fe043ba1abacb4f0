// A page that follows the meeting: it asks for its fragment every second or so and changes only the parts that differ.
// Without this script every such page has a link that reads it again.

const root = document.querySelector("[data-live]");
const every = Number(root?.dataset.liveEvery) || 1000;
const known = new Map();  // part -> what the server said last; what the reader opened or typed must not count
let last = "";

const partsOf = (node) => [...node.querySelectorAll("[data-part]")];

// Whoever shows the change slowly prevents the event's default and calls detail.swap() when done.
const change = (part, next) => new Promise((done) => {
  const swap = () => {
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(next);
    if (focused) document.getElementById(focused)?.focus();
    next.dispatchEvent(new CustomEvent("live:changed", { bubbles: true }));
    done();
  };
  const event = new CustomEvent("live:change", { bubbles: true, cancelable: true, detail: { next, swap } });
  if (part.dispatchEvent(event)) swap();
});

const show = async (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const next of partsOf(template.content)) {
    const name = next.dataset.part;
    const part = root.querySelector(`[data-part="${name}"]`);
    if (!part || known.get(name) === next.outerHTML) continue;
    known.set(name, next.outerHTML);
    await change(part, document.importNode(next, true));
  }
};

const ask = async () => {
  try {
    // The browser's cache asks with the ETag by itself, and any cache on the way may keep the public answer its second.
    const answer = await fetch(root.dataset.live);
    const html = answer.ok ? await answer.text() : last;
    if (answer.redirected) location.reload();  // signed out meanwhile
    else if (html !== last) await show(html);
    last = html;
  } catch {
    // No network for a moment: what is shown stays, and the next second asks again.
  }
  setTimeout(ask, every);
};

if (root) {
  for (const part of partsOf(root)) known.set(part.dataset.part, part.outerHTML);
  setTimeout(ask, every);
}
