// A screen that nobody leaves: one tap is one number, and after a while without a touch it begins anew.
// While the hall does not answer it stays where it is and asks again: a browser's own error page has no way back.
"use strict";
(() => {
  const body = document.body, start = body.dataset.start, away = document.getElementById("away");
  const idleS = Number(body.dataset.idleS ?? 0), backS = Number(body.dataset.backS ?? 0), againMs = 2000;
  let timer = 0, sent = false;

  async function ask(address, options) {
    for (;;) {
      try {
        const answer = await fetch(address, options);
        away.hidden = true;
        return answer;
      } catch {
        away.hidden = false;
        await new Promise((go) => setTimeout(go, againMs));
      }
    }
  }

  const begin = async () => { await ask(start); location.replace(start); };
  function wait() {
    clearTimeout(timer);
    if (backS) timer = setTimeout(begin, backS * 1000);
    // Only a choice that somebody has left behind is taken back; an untouched start stays as it is.
    else if (idleS && (location.search || document.querySelector("[name=priority]:checked")?.value || document.querySelector("[role=alert]")))
      timer = setTimeout(begin, idleS * 1000);
  }

  addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    body.dataset.busy = "1"; // live.js leaves the page alone
    clearTimeout(timer);
    const form = event.target, pressed = event.submitter, data = new URLSearchParams(new FormData(form));
    pressed?.classList.add("taken");
    if (pressed?.name) data.append(pressed.name, pressed.value);
    const answer = await ask(form.action, { method: "POST", body: data });
    if (answer.redirected) { location.replace(answer.url); return; }
    // Refused: sent once more the plain way, with the same key, so that the page with the reason comes.
    for (const [name, value] of pressed?.name ? [[pressed.name, pressed.value]] : []) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    form.submit();
  });
  addEventListener("pointerdown", wait);
  addEventListener("change", wait);
  addEventListener("input", wait);
  for (const name of ["contextmenu", "dragstart", "selectstart", "gesturestart"]) addEventListener(name, (event) => event.preventDefault());
  addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
  wait();
})();
