// Countdowns, and waits that count up: the server says since when and until when; this only counts.

let ahead = 0; // how far the server's clock is ahead of this one, in milliseconds

export function tick() {
  const moment = Date.parse(document.body.dataset.moment ?? "");
  if (moment) ahead = moment - Date.now();
  document.addEventListener("fresh", show);
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("visibilitychange", show);
  setInterval(show, 1_000);
  show();
}

function show() {
  if (document.hidden) return;
  const now = Date.now() + ahead;
  document.querySelectorAll("time.left").forEach((pill) => write(pill, pill, now, true));
  document.querySelectorAll("time[data-since]").forEach((time) => countUp(time, now));
  document.querySelectorAll("[data-promise]").forEach((promise) => {
    write(promise, promise.querySelector("time"), now, false);
    ring(promise, now);
  });
}

function write(holder, place, now, signed) {
  const due = Date.parse(holder.dataset.dueAt);
  const late = now - due >= 1_000; // an answer on the deadline second keeps the promise
  const words = (late && signed ? "−" : "") + length(Math.abs(due - now));
  const urgency = late ? "late" : now >= Date.parse(holder.dataset.soonAt) ? "soon" : "calm";
  if (place.textContent !== words) place.textContent = words;
  if (holder.dataset.urgency !== urgency) holder.dataset.urgency = urgency;
  const label = holder.querySelector("[data-late-words]");
  if (late && label && label.textContent !== label.dataset.lateWords) label.textContent = label.dataset.lateWords;
}

function countUp(time, now) {
  const words = length(Math.max(0, now - Date.parse(time.dataset.since)));
  if (time.textContent !== words) time.textContent = words;
}

function ring({ dataset, firstElementChild }, now) {
  const start = Date.parse(dataset.startedAt);
  const share = Math.min(100, Math.max(0, ((now - start) / (Date.parse(dataset.dueAt) - start)) * 100));
  firstElementChild.lastElementChild.setAttribute("stroke-dasharray", `${share.toFixed(1)} 100`);
}

// 3:12, 1:04:05, 2d 4h: the same face as rules/durations.py draws
function length(milliseconds) {
  const all = Math.floor(milliseconds / 1_000);
  const [days, hours, minutes, seconds] = [Math.floor(all / 86_400), Math.floor(all / 3_600) % 24, Math.floor(all / 60) % 60, all % 60];
  const two = (n) => String(n).padStart(2, "0");
  if (days) return `${days}d ${hours}h`;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
