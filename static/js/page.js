// The whole script of a page: put the focus where a reader must look first. Everything works without it.

const takeFocus = (root) => {
  const first = root.querySelector?.("[data-takes-focus]");
  if (first) first.focus();
};

// The first page's summary takes the focus by its autofocus attribute. An answer that replaces part of the page may bring an error summary with it.
document.addEventListener("htmx:afterSettle", (event) => takeFocus(event.target));

// Our servers answer a refused form with 422 and the form itself: show it instead of dropping it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Who signs out leaves no vote behind that could not be sent: see phone.js.
const forgetUnsent = () => {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("kilderkin.unsent.")) localStorage.removeItem(name);
  } catch { /* nothing can be kept here */ }
};

// A double click is one request; after a moment the form can be sent again. The server is safe against a second one anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not form.action, which a field may be named.
  if ((form.getAttribute("action") || location.pathname).endsWith("/logout/")) forgetUnsent();
  setTimeout(() => delete form.dataset.sent, 2000);
});
