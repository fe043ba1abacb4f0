// Compares a chosen file with a fingerprint, on the reader's own device; without JavaScript a command does the same.

for (const box of document.querySelectorAll(".check-file")) {
  if (!globalThis.crypto?.subtle) continue;
  const input = box.querySelector("input[type=file]");
  const verdicts = box.querySelectorAll("[data-verdict]");
  const show = (name) => verdicts.forEach((verdict) => { verdict.hidden = verdict.dataset.verdict !== name; });
  input.addEventListener("change", async () => {
    show("");
    const file = input.files[0];
    if (!file) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (file === input.files[0]) show(hex === box.dataset.sha256 ? "same" : "other");
  });
  box.hidden = false;
}
