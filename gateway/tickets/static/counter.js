// The clerk's keys and clocks, and acts that are sent again until the hall has answered: the form's key makes that one act.
"use strict";
(() => {
  const RETRY_MS = 1500, ANSWER_MS = 10000, REST_MS = 900, SOON_MS = 30000;
  let sending = false, touching = false;

  const find = (id) => document.getElementById(id);

  // While an act is under way, or a finger is down, nothing on the page may be replaced under it.
  function mind() {
    const before = document.body.dataset.busy;
    if (sending || touching) document.body.dataset.busy = "1"; else delete document.body.dataset.busy;
    find("work")?.classList.toggle("busy", sending);
    if (before && !document.body.dataset.busy) globalThis.balai.look();
  }

  async function send(form, button) {
    const fields = new URLSearchParams(new FormData(form));
    if (button?.name) fields.set(button.name, button.value);
    for (;;) {
      const patience = new AbortController(), end = setTimeout(() => patience.abort(), ANSWER_MS);
      try {
        const answer = await fetch(form.action, { method: "POST", body: fields, signal: patience.signal });
        return [answer, await answer.text()];
      } catch { /* No answer: perhaps done, perhaps not. The same key asks again. */ } finally { clearTimeout(end); }
      const trouble = find("trouble");
      if (trouble) trouble.textContent = trouble.dataset.away;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  function shut() {
    for (const one of document.querySelectorAll("details.panel[open], details.menu[open]")) one.open = false;
  }

  // Whoever pressed hears what has become of it, and the space bar is the green act again.
  const settle = () => (find("refused") ?? find("present"))?.focus({ preventScroll: true });

  function show(answer, text) {
    const here = new URL(answer.url);
    if (here.pathname !== location.pathname) { location.assign(answer.url); return; }
    if (!text.includes('id="work"')) {
      // Something is wrong behind the page: told here, and the page stays.
      const said = new DOMParser().parseFromString(text, "text/html").querySelector(".notice")?.textContent ?? "";
      const trouble = find("trouble");
      if (trouble) trouble.textContent = said.trim() || String(answer.status);
      return;
    }
    if (answer.redirected) history.replaceState(null, "", answer.url);
    for (const form of document.querySelectorAll("form[data-sure]")) form.reset();
    shut();
    globalThis.balai.replaceWith(text);
    settle();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-sure")) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    mind();
    show(...await send(form, event.submitter));
    tick();
    // A finger that bounces calls nobody else.
    find("work")?.classList.add("busy");
    setTimeout(() => { sending = false; mind(); }, REST_MS);
  });

  for (const [kind, down] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    document.addEventListener(kind, () => {
      if (down) { touching = true; mind(); } else setTimeout(() => { touching = false; mind(); }, 300);
    });
  }

  function open(panel) {
    const details = panel.closest("details");
    const was = details.open;
    shut();
    details.open = !was;
    if (was) { settle(); return; }
    const first = details.querySelector("[data-digit], input:not([type=hidden])") ?? panel;
    first.focus();
    first.select?.();
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const at = event.target;
    if (event.key === "Escape") { shut(); settle(); return; }
    if (at.closest("input, textarea, select")) return;
    // Whoever has gone to a button by the Tab key means that one; a button that was clicked is only where the finger was last.
    if (event.key === " " && at.closest("a, button, summary")?.matches(":focus-visible")) return;
    const key = event.key.toLowerCase();
    const panel = [...document.querySelectorAll("[data-panel]")].find((one) => one.dataset.panel === key);
    const choice = document.querySelector(`details[open] [data-digit="${CSS.escape(key)}"], [data-digits] [data-digit="${CSS.escape(key)}"]`);
    const act = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.includes(key) && !one.disabled);
    if (!panel && !choice && !act) return;
    event.preventDefault();
    if (panel) { open(panel); return; }
    const chosen = choice ?? act;
    if (chosen.form) chosen.form.requestSubmit(chosen); else chosen.click();
  });

  const digital = (s, between) => [s >= 3600 ? Math.floor(s / 3600) : "", ...[Math.floor(s / 60) % 60, s % 60].map((one) => String(one).padStart(2, "0"))].filter((one) => one !== "").join(between);

  // The clocks of the page run from when it was drawn; the wall clock of this computer does not matter.
  const begun = new WeakMap();
  function tick() {
    const now = performance.now();
    const passed = (one) => { if (!begun.has(one)) begun.set(one, now); return Math.floor((now - begun.get(one)) / 1000); };
    for (const one of document.querySelectorAll(".timer")) one.textContent = digital(+one.dataset.sinceS + passed(one), one.dataset.between);
    const undo = find("undo");
    if (!undo) return;
    const left = +undo.dataset.leftS - passed(undo);
    if (left > 0) { undo.querySelector(".left").textContent = `(${left})`; return; }
    if (undo.contains(document.activeElement)) settle();
    undo.remove();
  }
  setInterval(tick, 500);
  tick();

  // Minutes of waiting and the time grow older also while nothing happens.
  setInterval(() => { if (!document.hidden) globalThis.balai.look(); }, SOON_MS);
})();
