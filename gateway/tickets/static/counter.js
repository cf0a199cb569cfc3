// The clerk's keys and clocks, and acts that are sent again until the hall has answered: the form's key makes that one act.
"use strict";
(() => {
  const RETRY_MS = 1500, ANSWER_MS = 10000, REST_MS = 900, SOON_MS = 30000;
  let sending = false, touching = false, last = {}, restsUntil = 0, pressed = "", kept = "";

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
  function settle() {
    const told = find("refused");
    (told ?? find("present"))?.focus({ preventScroll: !told });
  }

  const inFront = () => document.querySelector("#acts [name=expected]")?.value;

  // Draws the answer, and says whether the act was accepted.
  function show(answer, text) {
    const here = new URL(answer.url);
    if (here.pathname !== location.pathname) { location.assign(answer.url); return false; }
    if (!text.includes('id="work"')) {
      // Something is wrong behind the page: told here, and the page stays.
      const said = new DOMParser().parseFromString(text, "text/html").querySelector(".notice")?.textContent ?? "";
      const trouble = find("trouble");
      if (trouble) trouble.textContent = said.trim() || String(answer.status);
      return false;
    }
    if (answer.redirected) history.replaceState(null, "", answer.url);
    for (const form of document.querySelectorAll("form[data-sure]")) form.reset();
    shut();
    globalThis.balai.replaceWith(text, "[data-live], #told");
    settle();
    return answer.redirected;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-sure")) return;
    event.preventDefault();
    const { id = "", value = "" } = event.submitter ?? {}, act = value.split(":")[0], before = inFront();
    // A finger that bounces calls nobody else: the same button and the same act rest a little; every other, and what is typed, goes through.
    if (sending || (id && performance.now() < restsUntil && (act === last.act || id === last.id))) return;
    sending = true;
    pressed = "";
    mind();
    const accepted = show(...await send(form, event.submitter));
    tick();
    last = { id, act };
    restsUntil = performance.now() + REST_MS;
    const then = kept;
    sending = false;
    kept = "";
    // What was pressed meanwhile was meant for the ticket that was in front; Z takes back what has just been accepted.
    if (then && accepted && (then === "z" || inFront() === before)) press(then);
    mind();
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

  // Does what the key stands for, and says whether it stands for anything. While an answer is awaited, one other key is kept.
  function press(key) {
    const panel = [...document.querySelectorAll("[data-panel]")].find((one) => one.dataset.panel === key);
    const choice = document.querySelector(`details[open] [data-digit="${CSS.escape(key)}"], [data-digits] [data-digit="${CSS.escape(key)}"]`);
    const act = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.includes(key) && !one.disabled);
    const chosen = panel ?? choice ?? act;
    if (sending) {
      if (key.length === 1 && key !== pressed) kept ||= key;
    } else if (panel) open(panel);
    else if (chosen?.form) {
      chosen.form.requestSubmit(chosen);
      pressed = key;
    } else chosen?.click();
    return Boolean(chosen);
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const at = event.target;
    if (event.key === "Escape") { kept = ""; find("refused")?.remove(); shut(); settle(); return; }
    if (at.closest("input, textarea, select")) return;
    // Whoever has gone to a button by the Tab key means that one; a button that was clicked is only where the finger was last.
    if (event.key === " " && at.closest("a, button, summary")?.matches(":focus-visible")) return;
    if (press(event.key.toLowerCase())) event.preventDefault();
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
