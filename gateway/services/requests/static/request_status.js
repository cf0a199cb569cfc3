// The page of a request looks now and then whether it stands otherwise, and is loaded anew only then: nothing moves under whoever reads it.
"use strict";
(() => {
  const here = document.getElementById("stands");
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href), page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("stands");
      if (now && now.textContent !== here.textContent) location.reload();
    } catch { /* The hall does not answer: the next look asks again. */ }
  }, Number(here.dataset.againS) * 1000);
})();
