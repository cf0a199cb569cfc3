// A screen that nobody leaves: one tap is one number, and after a while without a touch it begins anew.
"use strict";
(() => {
  const body = document.body, start = body.dataset.start;
  const idleS = Number(body.dataset.idleS ?? 0), backS = Number(body.dataset.backS ?? 0);
  let timer = 0;

  const begin = () => location.replace(start);
  function wait() {
    clearTimeout(timer);
    if (backS) timer = setTimeout(begin, backS * 1000);
    // Only a choice that somebody has left behind is taken back; an untouched start stays as it is.
    else if (idleS && (location.search || document.querySelector("[name=priority]:checked")?.value || document.querySelector("[role=alert]")))
      timer = setTimeout(begin, idleS * 1000);
  }

  addEventListener("pointerdown", wait);
  addEventListener("change", wait);
  for (const name of ["contextmenu", "dragstart", "selectstart", "gesturestart"]) addEventListener(name, (event) => event.preventDefault());
  let sent = false;
  addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    body.dataset.busy = "1"; // live.js leaves the page alone
    event.submitter?.classList.add("taken");
  });
  addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
  wait();
})();
