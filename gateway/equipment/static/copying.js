// A button beside each text that copies the whole of it. Without this script one selects it by hand; the hall is plain http, where browsers
// have no clipboard for pages, so the text is selected and the browser asked to copy.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-copies]")) {
    const box = document.getElementById(button.dataset.copies), words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      box.focus();
      box.select();
      button.textContent = document.execCommand("copy") ? button.dataset.said : words;
    });
  }
})();
