// The clerk's keys on pages of requests: a letter, a digit, the space bar or Escape does what stands beside it. Without this script all works by the mouse and Tab.
"use strict";
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const at = event.target, typing = at.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    if (typing && event.key !== "Escape") return;
    if (event.key === " " && at.matches("button, a, input, summary")) return;
    if (typing) { at.blur(); return; }
    const one = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key.toLowerCase() || each.dataset.key === event.key);
    if (one) { event.preventDefault(); if (one.matches("input")) one.focus(); else one.click(); }
  });
})();
