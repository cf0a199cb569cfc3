// Makes a page livelier: what is marked data-live is replaced when the queue has changed.
// Without this script the page reloads itself; nothing else is lost.
"use strict";
(() => {
  const pollMs = 1000 * (document.querySelector("[data-poll-s]")?.dataset.pollS ?? 10);
  const quietMs = () => 1000 * (document.querySelector("[data-look-s]")?.dataset.lookS ?? 60);
  let known = document.querySelector("meta[name=queue]")?.content;
  let stream = null, poll = 0, soon = 0, asking = false, again = false, drawn = 0;

  // What a person has opened or typed stays when the page around it changes.
  function keep(old, next) {
    for (const one of old.querySelectorAll("details[open][id]")) {
      const fresh = next.querySelector(`#${CSS.escape(one.id)}`);
      if (fresh) fresh.open = true;
    }
    for (const one of old.querySelectorAll("input[id]:not([type=hidden]), select[id], textarea[id]")) {
      const fresh = next.querySelector(`#${CSS.escape(one.id)}`);
      if (fresh && one.value !== one.defaultValue) fresh.value = one.value;
      if (fresh && one.checked !== one.defaultChecked) fresh.checked = one.checked;
    }
  }

  function replaceWith(text, what = "[data-live]") {
    drawn += 1;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    document.title = fresh.title;
    const focused = document.activeElement;
    const { selectionStart: from, selectionEnd: to } = focused ?? {};
    for (const old of document.querySelectorAll(what)) {
      const next = fresh.getElementById(old.id);
      if (!next || next.outerHTML === old.outerHTML) continue;
      keep(old, next);
      old.replaceWith(next);
      if (next.dataset.say && next.dataset.say !== old.dataset.say) say(next.dataset.say);
      if (next.dataset.ring && next.dataset.ring !== old.dataset.ring) ring();
    }
    // The focus goes to what has taken the place, or to what the page is about, never away.
    for (const id of focused?.isConnected ? [] : [focused?.id, "present"]) {
      if (document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
    }
    if (Number.isInteger(from) && !focused.isConnected) document.activeElement.setSelectionRange?.(from, to);
  }

  // For readers aloud: what has changed, in a place that is never replaced.
  function say(words) {
    const said = document.getElementById("said");
    if (said) said.textContent = words;
  }

  // A bell for whoever asks for it by touch (no page sounds by itself): two notes, twice, and a shake.
  const bell = document.querySelector("[data-bell]");
  const Sounding = globalThis.AudioContext ?? globalThis.webkitAudioContext;
  let sound = null;
  function ring(notes = [[0, 660], [0.28, 880], [0.8, 660], [1.08, 880]]) {
    if (!sound) return;
    navigator.vibrate?.([300, 150, 300, 150, 600]);
    for (const [after, pitch] of notes) {
      const note = sound.createOscillator(), level = sound.createGain(), at = sound.currentTime + after;
      note.frequency.value = pitch;
      level.gain.setValueAtTime(0.5, at);
      level.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      note.connect(level).connect(sound.destination);
      note.start(at);
      note.stop(at + 0.6);
    }
  }
  if (bell && Sounding) {
    const words = bell.querySelector("span"), off = words.textContent;
    bell.hidden = false;
    bell.addEventListener("click", () => {
      if (sound) { sound.close(); sound = null; } else { sound = new Sounding(); sound.resume(); ring([[0, 880]]); }
      bell.setAttribute("aria-pressed", String(Boolean(sound)));
      words.textContent = sound ? bell.dataset.on : off;
      listen();
    });
  }

  async function look() {
    if (asking) { again = true; return; }
    asking = true;
    const before = drawn;
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (answer.redirected) location.assign(answer.url);
      const text = answer.ok && !answer.redirected ? await answer.text() : "";
      if (text && !document.body.dataset.busy && drawn === before) replaceWith(text); // else what is drawn is newer
    } catch { known = null; /* The hall is away for a moment: the stream or the next poll comes again. */ }
    asking = false;
    if (again) { again = false; look(); }
  }

  // A hundred phones do not ask in the same millisecond.
  const lookSoon = () => { clearTimeout(soon); soon = setTimeout(look, Math.random() * 250); };

  function listen() {
    stream?.close();
    clearInterval(poll);
    if (document.hidden && !sound) return; // a phone in the pocket may ring
    if (document.querySelector("[data-poll-s]")) { poll = setInterval(look, pollMs); return; }
    stream = new EventSource("/api/v1/events");
    stream.addEventListener("queue", (event) => {
      if (event.lastEventId === known) return; // as the page was drawn
      known = event.lastEventId;
      lookSoon();
    });
    poll = setTimeout(function onceMore() { look(); poll = setTimeout(onceMore, quietMs()); }, quietMs()); // hours pass without an event
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) { clearInterval(poll); poll = setInterval(look, pollMs); }
    };
  }

  document.addEventListener("visibilitychange", listen);
  // A page that comes back from the browser's memory would carry a used key.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  addEventListener("pagehide", () => stream?.close());
  globalThis.balai = { replaceWith, look };
  listen();
})();
