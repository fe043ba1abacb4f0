// When the browser makes or finds no passkey, say so; the words stand in the page, hidden until then.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.querySelector("[data-passkey-failed]");
  if (!words) return;
  words.hidden = false;
  words.focus();
});
