// What the board shows beside the calls: running text, page by page, and slides while nobody is called.
// A text that slides by would be drawn anew sixty times a second; a page of it is drawn once (docs/decisions/0008).
"use strict";
(() => {
  const call = document.getElementById("call"), stage = document.getElementById("slide"), running = document.getElementById("running");
  const FILM_LIMIT_MS = 900000, LOOK_MS = 30000;
  let news = { texts: [], slides: [], slide_s: 10, text_s: 8, quiet_s: 20 }, said = "", version = "", etag = "";
  let at = -1, turn = 0, timer = 0, page = 0, pages = [], paging = 0;

  // Slides

  function clear() {
    const film = stage.querySelector("video");
    if (film) { film.pause(); film.removeAttribute("src"); film.load(); }
    stage.replaceChildren();
  }

  function rest() {
    turn += 1; clearTimeout(timer);
    if (!stage.hidden) { stage.hidden = true; clear(); }
    document.dispatchEvent(new CustomEvent("slides", { detail: false }));
    if (news.slides.length) timer = setTimeout(next, 1000 * news.quiet_s);
  }

  function stand(picture) {
    clear();
    stage.append(picture);
    if (stage.hidden) { stage.hidden = false; document.dispatchEvent(new CustomEvent("slides", { detail: true })); }
  }

  async function next() {
    clearTimeout(timer);
    if (!news.slides.length) { rest(); return; }
    const mine = turn += 1;
    const later = (ms) => { if (mine === turn) { clearTimeout(timer); timer = setTimeout(next, ms); } };
    at = (at + 1) % news.slides.length;
    const slide = news.slides[at];
    if (news.slides.length === 1 && slide.kind === "image" && stage.firstChild?.src?.endsWith(slide.address)) { later(1000 * news.slide_s); return; }
    if (slide.kind === "video") {
      const film = document.createElement("video");
      film.muted = true; film.playsInline = true; film.autoplay = true; film.src = slide.address;
      if (slide.words) film.setAttribute("aria-label", slide.words);
      film.addEventListener("ended", () => later(0));
      film.addEventListener("error", () => later(1000 * news.slide_s));
      stand(film);
      later(FILM_LIMIT_MS);
      return;
    }
    const picture = new Image();
    picture.alt = slide.words; picture.src = slide.address;
    try { await picture.decode(); } catch { later(1000 * news.slide_s); return; }
    if (mine !== turn) return;
    stand(picture);
    later(1000 * news.slide_s);
  }

  // Running text

  // A text that fits is one line in large letters; a longer one two lines in smaller ones, on as many pages as it needs.
  function cut(texts) {
    const style = getComputedStyle(running), pen = document.createElement("canvas").getContext("2d");
    const room = running.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (!matchMedia("(min-aspect-ratio: 1/1)").matches || room < 100) return texts.map((text) => ({ text, small: false }));
    const wide = (text, size) => { pen.font = `${style.fontWeight} ${size}px ${style.fontFamily}`; return pen.measureText(text).width; };
    const large = innerHeight * .034, small = innerHeight * .029, page = room * 1.86;
    return texts.flatMap((text) => {
      if (wide(text, large) <= room) return [{ text, small: false }];
      // Pages of about the same length: no last one with a single word.
      const even = Math.max(page * .5, 1.08 * wide(text, small) / Math.ceil(wide(text, small) / (page * .94))), rows = [];
      for (const word of text.split(/\s+/)) {
        const longer = rows.length ? `${rows.at(-1)} ${word}` : word;
        if (rows.length && wide(`${longer} \u2026`, small) <= Math.min(page, even)) rows[rows.length - 1] = longer; else rows.push(word);
      }
      return rows.map((row, at) => ({ text: at < rows.length - 1 ? `${row} \u2026` : row, small: true }));
    });
  }

  function read() {
    if (!pages.length) return;
    page = (page + 1) % pages.length;
    running.classList.toggle("small", pages[page].small);
    if (running.textContent !== pages[page].text) running.textContent = pages[page].text;
  }

  function write() {
    clearInterval(paging);
    running.hidden = !news.texts.length;
    pages = cut(news.texts); page = -1;
    read();
    if (pages.length > 1) paging = setInterval(read, 1000 * news.text_s);
  }

  async function look() {
    try {
      const answer = await fetch(`/papan/isi${location.search}`, { headers: etag ? { "if-none-match": etag } : {}, cache: "no-store" });
      if (answer.status !== 200) return;
      etag = answer.headers.get("etag") ?? "";
      const told = await answer.json();
      // The hall has been updated: this page belongs to the former version.
      if (version && told.version !== version) { location.reload(); return; }
      version = told.version;
      const slides = JSON.stringify(told.slides) !== JSON.stringify(news.slides) || told.quiet_s !== news.quiet_s;
      const texts = JSON.stringify([told.texts, told.text_s]) !== said;
      const lines = JSON.stringify(told.lines) !== JSON.stringify(news.lines ?? told.lines);
      news = told;
      if (lines) { location.reload(); return; }
      if (texts) { said = JSON.stringify([told.texts, told.text_s]); write(); }
      if (slides) { at = -1; rest(); }
    } catch { /* The hall is away for a moment; what stands here stays. */ }
  }

  // What is being spoken, word for word.
  if (stage.dataset.speaks) {
    const voice = new EventSource("/papan/ucapan");
    voice.addEventListener("saying", (event) => document.dispatchEvent(new CustomEvent("saying", { detail: JSON.parse(event.data) })));
    addEventListener("pagehide", () => voice.close());
  }

  document.addEventListener("call", rest);
  addEventListener("resize", write);
  setInterval(look, LOOK_MS);
  look();
})();
