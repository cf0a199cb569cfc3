// The clerk's keys, and acts that are sent again until the hall has answered. The form's key makes that one act.
"use strict";
(() => {
  const RETRY_MS = 1500, REST_MS = 900;

  function busy(on) {
    if (on) document.body.dataset.busy = "1"; else delete document.body.dataset.busy;
    document.getElementById("work")?.classList.toggle("busy", on);
  }

  async function send(form, act) {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("act", act);
    for (;;) {
      try {
        return await fetch(form.action, { method: "POST", body: fields });
      } catch { /* No answer: perhaps done, perhaps not. The same key asks again. */ }
      const trouble = document.getElementById("trouble");
      if (trouble) trouble.textContent = trouble.dataset.words;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  document.addEventListener("submit", async (event) => {
    if (event.target.id !== "acts") return;
    event.preventDefault();
    if (document.body.dataset.busy) return;
    busy(true);
    const answer = await send(event.target, event.submitter?.value ?? "call-next");
    const text = await answer.text();
    const here = new URL(answer.url).pathname === location.pathname;
    if (!here) { location.assign(answer.url); return; }
    if (text.includes('id="work"')) globalThis.balai.replaceWith(text);
    else { document.open(); document.write(text); document.close(); return; }
    // A finger that bounces calls nobody else.
    document.getElementById("work")?.classList.add("busy");
    setTimeout(() => busy(false), REST_MS);
  });

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, a")) return;
    const button = [...document.querySelectorAll("#acts [data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  });
})();
