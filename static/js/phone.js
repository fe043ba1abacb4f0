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

// A vote that could not be sent, by contest and person: choice and cast_id stay here until it is in the box.
const unsentName = (paper) => `kilderkin.unsent.${paper.dataset.vote}.${paper.dataset.entry}`;
export const unsent = {
  get: (paper) => read(unsentName(paper)),
  keep: (paper, body) => write(unsentName(paper), body),
  drop: (paper) => write(unsentName(paper), null),
};

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
