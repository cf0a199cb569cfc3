// A sign of life from a board on a wall or a touch screen, so that one that stands still is noticed. It is given from within a frame: a
// screen that no longer paints gives none. A page that is opened for a moment, or on a phone, is no board on a wall.
"use strict";
(() => {
  const usual = document.currentScript?.dataset.screen, asked = new URLSearchParams(location.search).get("layar");
  const named = asked ?? (usual && carried()) ?? usual ?? "";
  const name = /^[a-z0-9-]{1,24}$/.test(named) ? named : "papan";
  const BEAT_MS = 20000, LOOK_ON_MS = named ? 0 : 120000;
  if (!named && !matchMedia("(min-aspect-ratio: 1/1) and (min-width: 900px)").matches) return;
  const page = Math.random().toString(36).slice(2, 14) || "0";
  const form = (more) => new URLSearchParams({ layar: name, halaman: page, ...more });
  let begun = false;
  // A touch screen goes from page to page: the name in its first address goes along while its window is open.
  if (usual && asked) try { sessionStorage.setItem("layar", asked); } catch { /* A browser that keeps nothing is the only touch screen. */ }

  function carried() {
    try { return sessionStorage.getItem("layar"); } catch { return null; }
  }

  function beat() {
    requestAnimationFrame(() => {
      begun = true;
      fetch("/papan/denyut", { method: "POST", body: form({}) }).catch(() => { /* The hall is away; the next one comes. */ });
    });
  }

  setTimeout(() => { beat(); setInterval(beat, BEAT_MS); }, LOOK_ON_MS);
  addEventListener("pagehide", () => { if (begun) navigator.sendBeacon("/papan/denyut", form({ pulang: "1" })); });
})();
