// What a phone may keep, and its clock against the house's.

const read = (name) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? null; } catch { return null; }
};
const write = (name, value) => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch { return false; }
};

// Receipts that somebody asked to keep here.
const VOTES = "kilderkin.votes";
export const keptVotes = {
  all: () => read(VOTES) ?? [],
  add: (vote) => write(VOTES, [...keptVotes.all().filter((one) => one.code !== vote.code), vote]),
  forget: (meeting) => write(VOTES, keptVotes.all().filter((one) => one.meeting !== meeting)),
};

// A vote that could not be sent, by contest and person: choice and cast_id stay here, readable, until it is in the box, but for no longer than a day. Signing out drops it too: page.js.
const UNSENT = "kilderkin.unsent.";
const DAY = 24 * 60 * 60 * 1000;
const unsentName = (paper) => `${UNSENT}${paper.dataset.vote}.${paper.dataset.entry}`;
const isFresh = (kept) => Math.abs(Date.now() - kept?.at) < DAY;
const dropWhere = (isDropped) => {
  try { Object.keys(localStorage).filter((name) => name.startsWith(UNSENT) && isDropped(name)).forEach((name) => localStorage.removeItem(name)); } catch { /* nothing can be kept here */ }
};
export const unsent = {
  get: (paper) => {
    const kept = read(unsentName(paper));
    return isFresh(kept) ? kept.body : null;
  },
  // Trying again does not make it younger.
  keep: (paper, body) => unsent.get(paper) === body || write(unsentName(paper), { body, at: Date.now() }),
  drop: (paper) => write(unsentName(paper), null),
  dropAll: (vote) => dropWhere((name) => name.startsWith(`${UNSENT}${vote}.`)),
};
dropWhere((name) => !isFresh(read(name)));

// The house's clock decides; the phone's only ticks. `now` is the house's moment when the page was made, in milliseconds.
export const countDown = (now) => {
  const ahead = now ? now - Date.now() : 0;
  setInterval(() => {
    for (const place of document.querySelectorAll("[data-closes-at]")) {
      const seconds = Math.max(0, Math.ceil((Date.parse(place.dataset.closesAt) - Date.now() - ahead) / 1000));
      place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  }, 250);
};
