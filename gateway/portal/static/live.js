// Makes a page livelier: what is marked data-live is replaced when the queue has changed.
// Without this script the page reloads itself; nothing else is lost.
"use strict";
(() => {
  const marked = () => document.querySelectorAll("[data-live]");
  const pollMs = 1000 * (document.querySelector("[data-poll-s]")?.dataset.pollS ?? 10);
  let stream = null, poll = 0, soon = 0, asking = false, again = false;

  function replaceWith(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    document.title = fresh.title;
    const focused = document.activeElement?.id;
    for (const old of marked()) {
      const next = fresh.getElementById(old.id);
      if (next && next.outerHTML !== old.outerHTML) old.replaceWith(next);
    }
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  }

  async function look() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (answer.redirected) location.assign(answer.url);
      else if (answer.ok && !document.body.dataset.busy) replaceWith(await answer.text());
    } catch { /* The hall is away for a moment: the stream or the next poll comes again. */ }
    asking = false;
    if (again) { again = false; look(); }
  }

  // A hundred phones do not ask in the same millisecond.
  const lookSoon = () => { clearTimeout(soon); soon = setTimeout(look, Math.random() * 250); };

  function listen() {
    stream?.close();
    clearInterval(poll);
    if (document.hidden) return;
    if (document.querySelector("[data-poll-s]")) { poll = setInterval(look, pollMs); return; }
    stream = new EventSource("/api/v1/events");
    stream.addEventListener("queue", lookSoon);
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) { clearInterval(poll); poll = setInterval(look, pollMs); }
    };
  }

  document.addEventListener("visibilitychange", listen);
  // A page that comes back from the browser's memory would carry a used key.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  addEventListener("pagehide", () => stream?.close());
  globalThis.balai = { replaceWith };
  listen();
})();
