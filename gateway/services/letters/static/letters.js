"use strict";
// Keys of the list and of one letter: what carries data-key is pressed, or focused where one types.
addEventListener("keydown", event => {
  const typing = event.target.closest("input, textarea, select");
  if (event.ctrlKey || event.altKey || event.metaKey || (typing && event.key !== "Escape")) return;
  if (event.key === " " && event.target.closest("a, button, summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = [...document.querySelectorAll("[data-key]")].find(one => one.dataset.key === key);
  if (typing) { typing.blur(); return; }
  if (!found) return;
  event.preventDefault();
  if (found.matches("input")) found.focus(); else found.click();
});
