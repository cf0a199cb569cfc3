// The TV of a new hall looks again by itself: once somebody works here, the same address shows the board.
"use strict";
setInterval(async () => {
  try {
    if ((await fetch(location.href, { method: "HEAD", cache: "no-store" })).ok) location.reload();
  } catch { /* The hall is away for a moment: the code stays on the screen. */ }
}, 10000);
