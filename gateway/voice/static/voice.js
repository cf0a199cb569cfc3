// Sends a recording as soon as it is chosen; without this script the button beside it does the same.
"use strict";
(() => {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type === "file" && field.files.length === 1 && field.form.requestSubmit) {
      field.form.requestSubmit(field.form.querySelector("button"));
    }
  });
})();
