// The meeting's page: asks for the public part again, counts down, and lists the votes kept on this phone. Without it the link "Look again" does.
import { countDown, keptVotes } from "./phone.js";

const PAUSE = 2000;
let section = document.getElementById("live");
const said = document.querySelector("[data-live-status]");

const put = (text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
  if (!fresh || fresh.outerHTML === section.outerHTML) return;
  const held = section.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const before = section.dataset.announce;
  section.replaceWith(document.adoptNode(fresh));
  section = fresh;
  if (held) [...section.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
  if (section.dataset.announce && section.dataset.announce !== before) said.textContent = section.dataset.announce;
};

// Without a cookie the answer is the same to everybody: the browser's cache and any other one may keep it for its second.
const ask = async () => {
  if (!document.hidden) {
    try {
      const answer = await fetch(section.dataset.live, { credentials: "omit" });
      if (answer.ok) put(await answer.text());
    } catch { /* no connection: the page stands as it is, and asks again */ }
  }
  setTimeout(ask, PAUSE + Math.random() * 1000);
};

if (section) {
  setTimeout(ask, PAUSE);
  countDown(Date.parse(document.querySelector("[data-now]")?.dataset.now));
}

const list = document.querySelector("[data-kept-votes]");
const show = () => {
  const votes = keptVotes.all().filter((vote) => vote.meeting === list.dataset.keptVotes);
  list.hidden = votes.length === 0;
  list.querySelector("ul").replaceChildren(...votes.map((vote) => {
    const line = document.createElement("li");
    const code = document.createElement("code");
    const link = document.createElement("a");
    code.textContent = vote.code;
    link.href = vote.check;
    link.textContent = vote.when;
    line.append(`${vote.title}: `, code, " · ", link);
    return line;
  }));
};
if (list) {
  show();
  list.querySelector("[data-forget]").addEventListener("click", () => { keptVotes.forget(list.dataset.keptVotes); show(); });
}
