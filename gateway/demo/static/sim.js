// Makes /sim livelier: presses without reloading, and sections that change by themselves.
"use strict";
(() => {
  const live = document.getElementById("live");
  const language = document.documentElement.lang;
  let etag = "";
  let looking = false;
  let again = false;
  const look = async () => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      const answer = await fetch(`/sim/live?bahasa=${language}`, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
      if (answer.status === 200) {
        etag = answer.headers.get("etag") || "";
        const fresh = document.createElement("div");
        fresh.innerHTML = await answer.text();
        for (const section of fresh.querySelectorAll(":scope > section")) {
          const old = document.getElementById(section.id);
          if (old && old.innerHTML !== section.innerHTML) swap(old, section);
        }
      }
    } catch {
      // The hall is being restarted; the next look finds it again.
    }
    looking = false;
    if (again) {
      again = false;
      look();
    }
  };
  const swap = (old, section) => {
    const active = document.activeElement;
    const action = old.contains(active) && active.form ? active.form.getAttribute("action") : "";
    old.innerHTML = section.innerHTML;
    const button = action && old.querySelector(`form[action="${action}"] button`);
    if (button) button.focus();
  };
  live.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await fetch(event.target.action, { method: "POST", redirect: "manual" });
    } catch {
      return;
    }
    look();
    setTimeout(look, 150);
  });
  setInterval(() => {
    if (!document.hidden) look();
  }, 700);
})();
