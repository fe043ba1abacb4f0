// The ballot paper on a phone: stamps without a round trip, and a vote that survives a lost connection. Everything works without it.
import { countDown, keptVotes, unsent } from "./phone.js";

const RETRY = 4000;
let paper = null;
const words = (text, name, n) => text.replace("{name}", name).replace("{n}", n);

// Ranking: the hidden fields hold the order, everything else shows it.
const rank = (list) => {
  const most = Number(list.dataset.ranking);
  const fields = paper.querySelector("[data-choices]");
  const section = paper.querySelector("[data-order]");
  const bar = paper.querySelector("[data-cast-bar]");
  const status = paper.querySelector("[data-status]");
  const mats = new Map([...list.children].map((mat) => [mat.dataset.option, mat]));
  let order = [...fields.querySelectorAll("input")].map((field) => field.value);

  const show = () => {
    fields.replaceChildren(...order.map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "choice", value: id })));
    for (const [id, mat] of mats) {
      const place = order.indexOf(id) + 1;
      const stamp = mat.querySelector(".stamp");
      mat.classList.toggle("is-stamped", place > 0);
      stamp.setAttribute("aria-pressed", String(place > 0));
      stamp.querySelector(".stamp-number").textContent = place || "";
      stamp.querySelector("[data-words]").textContent = words(place ? list.dataset.sayTake : list.dataset.sayGive, mat.dataset.name, place || order.length + 1);
    }
    section.querySelector("ol").replaceChildren(...order.map((id) => {
      const line = section.querySelector("template").content.firstElementChild.cloneNode(true);
      line.dataset.place = id;
      for (const name of line.querySelectorAll("[data-place-name]")) name.textContent = mats.get(id).dataset.name;
      for (const button of line.querySelectorAll("button")) button.value = id;
      return line;
    }));
    section.hidden = bar.hidden = order.length === 0;
    bar.querySelector("[data-cast-order]").replaceChildren(...order.map((id, place) => Object.assign(document.createElement("span"), { textContent: `${place + 1} ${mats.get(id).dataset.name}` })));
  };
  const tap = (id) => {
    if (order.includes(id)) order = order.filter((one) => one !== id);
    else if (order.length < most) order = [...order, id];
    else { status.textContent = words(list.dataset.sayFull, "", most); return; }
    show();
    status.textContent = order.map((one, place) => `${place + 1}. ${mats.get(one).dataset.name}`).join(", ");
  };
  const move = (id, step, act) => {
    const here = order.indexOf(id);
    const there = here + step;
    if (there >= 0 && there < order.length) [order[here], order[there]] = [order[there], order[here]];
    show();
    section.querySelector(`button[name="${act}"][value="${CSS.escape(id)}"]`)?.focus();
  };
  paper.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=tap], button[name=up], button[name=down]");
    if (!button) return;
    event.preventDefault();
    if (button.name === "tap") tap(button.value);
    else move(button.value, button.name === "up" ? -1 : 1, button.name);
  });
  show();
};

const marks = (list) => {
  const most = Number(list.dataset.marks);
  list.addEventListener("change", (event) => {
    if (event.target.type === "checkbox" && list.querySelectorAll(":checked").length > most) event.target.checked = false;
  });
};

const split = (rest) => {
  const figures = [...document.querySelectorAll("[data-figure]")];
  const show = () => {
    const used = figures.reduce((sum, field) => sum + (Number(field.value.replace(/[\s.,]/g, "")) || 0), 0);
    const left = Number(rest.dataset.rest) - used;
    rest.classList.toggle("is-over", left < 0);
    rest.textContent = used ? words(left < 0 ? rest.dataset.sayOver : rest.dataset.sayRest, "", Math.abs(left).toLocaleString(document.documentElement.lang)) : "";
  };
  figures.forEach((field) => field.addEventListener("input", show));
  show();
};

// Casting: the answer is the receipt, or the paper with a sentence, and takes the place of the page. Before it is sent the vote is kept on the phone.
let busy = false;
let again = 0;

const say = (text) => {
  const box = document.querySelector("[data-kept]");
  box.hidden = false;
  box.querySelector("[data-kept-words]").textContent = text;
  box.scrollIntoView({ block: "nearest" });
};
const later = (text) => {
  say(text);
  clearTimeout(again);
  again = setTimeout(sendKept, RETRY + Math.random() * RETRY);
};
const send = async (body) => {
  if (busy) return;
  busy = true;
  clearTimeout(again);
  unsent.keep(paper, body);
  const fresh = new URLSearchParams(body);
  fresh.set("csrfmiddlewaretoken", paper.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(paper.getAttribute("action"), { method: "POST", body: fresh });
    const text = await answer.text();
    if (answer.status >= 500 || answer.status === 429) later(paper.dataset.sayBusy);
    // Signed out meanwhile, or the form too old: the vote stays here, and the paper that comes back offers to send it.
    else if (answer.redirected || answer.status === 403) location.reload();
    else { unsent.drop(paper); put(text); }
  } catch {
    later(paper.dataset.sayOffline);
  }
  busy = false;
};
const sendKept = () => {
  const kept = paper && unsent.get(paper);
  if (kept) send(kept);
};
const put = (text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  document.title = fresh.title;
  document.body.replaceWith(document.adoptNode(fresh.body));
  scrollTo(0, 0);
  start();
  document.querySelector("[data-takes-focus]")?.focus({ preventScroll: true });
};
const casting = () => {
  for (const form of document.querySelectorAll(".ballot-form")) form.addEventListener("submit", (event) => {
    const name = event.submitter?.name;
    if (name !== "cast" && name !== "split") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    // Figures left in the folded split go along with the other button, and the server asks which of both is meant.
    if (name === "cast") for (const field of document.querySelectorAll("[data-figure]")) body.set(field.name, field.value);
    send(body.toString());
  });
  document.querySelector("[data-send-again]").addEventListener("click", sendKept);
  document.querySelector("[data-drop-kept]").addEventListener("click", (event) => {
    clearTimeout(again);
    unsent.drop(paper);
    event.target.closest("[data-kept]").hidden = true;
  });
  if (unsent.get(paper)) say(paper.dataset.sayFound);
};

const keeping = (row) => {
  row.hidden = false;
  row.querySelector("[data-print]").addEventListener("click", () => print());
  row.querySelector("[data-save]").addEventListener("click", (event) => {
    const { title, code, when, check, meeting } = row.dataset;
    if (!keptVotes.add({ title, code, when, check, meeting })) return;
    event.target.replaceWith(Object.assign(document.createElement("strong"), { textContent: row.dataset.saySaved, role: "status" }));
  });
};

const start = () => {
  paper = document.querySelector("form[data-vote]");
  if (paper) {
    for (const [name, begin] of [["[data-ranking]", rank], ["[data-marks]", marks], ["[data-rest]", split]]) {
      const part = document.querySelector(name);
      if (part) begin(part);
    }
    casting();
  }
  const over = document.querySelector("[data-over]");
  if (over) unsent.dropAll(over.dataset.over);
  const row = document.querySelector("[data-keep]");
  if (row) keeping(row);
};
addEventListener("online", sendKept);
start();
countDown(Date.parse(paper?.dataset.now));
