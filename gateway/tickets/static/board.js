// The board on the TV: calls that come together stand in a row, each is shown for some seconds, none is overwritten.
"use strict";
(() => {
  const call = document.getElementById("call"), number = document.getElementById("number"), counter = document.getElementById("counter");
  const former = document.getElementById("former"), face = document.getElementById("clock").dataset;
  const holdMs = 1000 * call.dataset.holdS;
  const lines = document.getElementById("clock").dataset.lines.trim(), away = document.getElementById("away");
  let newest = Number(call.dataset.id), shown = null, row = [], latest = [], showing = 0, slides = false, newestKey = "", spoken = "", shownAt = -Infinity, forVoice = false;
  const LONGEST_MS = 12000;
  // The queue calls a counter as the hall does; the page knows what its readers call it.
  const names = JSON.parse(face.counters), nameOf = (one) => names[one.counter_name] ?? one.counter_name;
  // An id may come again when its call was taken back: with its number and time it is the call's own.
  const key = (one) => `${one.id}|${one.number}|${one.called_at}`;

  function show(next, fresh = true) {
    shown = next;
    call.classList.remove("nobody", "fresh");
    number.textContent = next.number;
    // The same width in every font, so that the height stays a quarter of the screen and more.
    number.setAttribute("textLength", "300"); number.setAttribute("lengthAdjust", "spacingAndGlyphs");
    counter.textContent = nameOf(next);
    void call.offsetWidth; // Lets the motion begin anew.
    call.classList.toggle("fresh", fresh);
    call.dataset.id = next.id;
    slides = false;
    document.dispatchEvent(new CustomEvent("call"));
    list();
  }

  // Beside the big number: the five before it, without those that still wait for their turn to be big.
  // Behind a slide it is not big: then it heads the list.
  function list() {
    const waiting = new Set(row.map((one) => one.number));
    const others = latest.filter((one) => (slides || one.number !== shown?.number) && !waiting.has(one.number)).slice(0, 5);
    const said = others.map((one) => `${one.number}\n${nameOf(one)}\n${slides && one.number === shown?.number ? "latest" : ""}`);
    if (former.dataset.said === said.join("\n\n")) return;
    former.dataset.said = said.join("\n\n");
    former.replaceChildren(...said.map((one) => {
      const [number, counter, mark] = one.split("\n");
      const item = document.createElement("li"), strong = document.createElement("strong"), span = document.createElement("span");
      strong.textContent = number; span.textContent = counter; item.className = mark;
      item.append(strong, " ", span);
      return item;
    }));
  }

  function turn() {
    showing = 0; forVoice = false;
    if (!row.length) return;
    // While a call is being spoken its number stays, so that eye and ear get the same; but nobody waits long for a voice.
    const left = spoken ? LONGEST_MS - (performance.now() - shownAt) : 0;
    forVoice = left > 0;
    if (forVoice) { showing = setTimeout(turn, left); return; }
    shownAt = performance.now();
    show(row.shift());
    showing = setTimeout(turn, holdMs);
  }

  function take(queue) {
    // After midnight's new day or a restored hall the numbers begin anew: draw the page again.
    if (queue.calls.length === 0 && shown) { location.reload(); return; }
    // A line that is new or gone changes the page's shape.
    if (queue.lines.map((line) => line.id).join(" ") !== lines) { location.reload(); return; }
    latest = queue.calls;
    const ids = latest.map((one) => one.id), keys = new Set(latest.map(key));
    newestKey ||= key(latest.find((one) => one.id === newest) ?? { id: newest });
    const fresh = latest.filter((one) => one.id > newest || (one.id === newest && key(one) !== newestKey)).sort((a, b) => a.id - b.id);
    // What was taken back is neither shown nor waits to be; what later calls have pushed out still holds.
    const holds = (one) => keys.has(key(one)) || one.id < Math.min(...ids) || latest.some((other) => other.number === one.number && other.id > one.id);
    row = [...row.filter(holds), ...fresh];
    newest = Math.max(0, ...ids);
    newestKey = key(latest.find((one) => one.id === newest) ?? { id: newest });
    shown ??= latest.find((one) => one.id === newest && !fresh.includes(one)) ?? null;
    if (shown && !holds(shown)) {
      const former = latest.filter((one) => !row.includes(one)).sort((a, b) => b.id - a.id)[0];
      if (former) show(former, false);
    }
    for (const line of queue.lines) {
      const place = document.querySelector(`#waiting [data-line="${CSS.escape(line.id)}"] strong`);
      if (place && place.textContent !== String(line.waiting)) place.textContent = line.waiting;
    }
    if (!showing) turn();
    list();
  }

  let skewMs = 0;
  function tick() {
    if (face.known !== "1") return;
    const local = new Date(Date.now() + skewMs + 60000 * face.offsetMin);
    const said = local.toISOString().slice(11, 16).replace(":", face.timeMark);
    if (document.getElementById("time").textContent === said) return;
    document.getElementById("time").textContent = said;
    const day = face.weekdays.split(" ")[(local.getUTCDay() + 6) % 7], month = face.months.split(" ")[local.getUTCMonth()];
    document.getElementById("day").textContent = `${day}, ${local.getUTCDate()} ${month} ${local.getUTCFullYear()}`;
  }

  // The hall's clock, not the TV's: the answer's Date header tells how far they are apart.
  async function compare() {
    try {
      const answer = await fetch("/api/v1/queue", { cache: "no-store" });
      const at = Date.parse(answer.headers.get("date"));
      if (at) skewMs = at - Date.now();
      take(await answer.json());
      heard();
    } catch { missed(); }
    tick();
  }

  // Whether the hall is heard: numbers that stand still for want of news must not look like today's.
  let poll = 0, silence = 0;
  const heard = () => { clearTimeout(silence); silence = 0; away.hidden = true; };
  const missed = () => { silence ||= setTimeout(() => { away.hidden = false; }, 15000); };
  const stream = new EventSource("/api/v1/events");
  stream.onopen = heard;
  stream.addEventListener("queue", (event) => { clearInterval(poll); heard(); take(JSON.parse(event.data)); });
  stream.onerror = () => {
    missed();
    if (stream.readyState === EventSource.CLOSED) { clearInterval(poll); poll = setInterval(compare, 3000); }
  };
  document.addEventListener("slides", (event) => { slides = event.detail; list(); });
  // What is being spoken, word for word; whoever speaks tells it.
  document.addEventListener("saying", (event) => {
    const line = document.getElementById("saying");
    spoken = event.detail;
    line.textContent = spoken; line.parentElement.hidden = !spoken;
    if (!spoken && forVoice) { clearTimeout(showing); turn(); }
  });
  addEventListener("pagehide", () => stream.close());
  setInterval(tick, 1000);
  setInterval(compare, 600000);
  compare();
})();
