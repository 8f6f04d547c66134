// What the person has before their eyes: marks a conversation read, and lets the composer know how far they have seen.

import { fetchAnew } from "./fragments.js";
import { post } from "./post.js";

let marked = "";

export function read() {
  for (const name of ["fresh", "htmx:after:swap", "visibilitychange"]) document.addEventListener(name, look);
  addEventListener("focus", look);
  document.addEventListener("click", ({ target }) => target.closest("#new-below") && toBottom());
  document.getElementById("thread-scroll")?.addEventListener("scroll", look, { passive: true });
  look();
}

function look() {
  const texts = document.getElementById("texts");
  const composer = document.getElementById("composer");
  if (!texts || !composer || document.hidden) return;
  if (!atBottom()) return offer(texts, composer);
  document.getElementById("new-below").hidden = true;
  composer.elements.seen.value = Math.max(texts.dataset.lastSeq, composer.elements.seen.value);
  if ("unread" in texts.dataset && document.hasFocus()) mark(composer, texts.dataset.lastSeq);
}

// The scroller runs from the bottom up, so the bottom is zero.
const atBottom = () => document.getElementById("thread-scroll").scrollTop > -60;

function offer(texts, composer) {
  document.getElementById("new-below").hidden = Number(texts.dataset.lastSeq) <= Number(composer.elements.seen.value);
}

function toBottom() {
  document.getElementById("thread-scroll").scrollTo({ top: 0 });
  look();
}

function mark({ dataset }, seq) {
  const what = `${dataset.id} ${seq}`;
  if (marked === what) return;
  marked = what;
  post(`${dataset.base}/read`, { seq })
    .then(() => fetchAnew(document.getElementById("queue")))
    .catch(() => (marked = "")); // tried anew at the next look
}
