// A half-written text is kept on the server; where that cannot be reached, in this browser.

import { post, soon } from "./post.js";

const place = (id) => `draft ${id}`;
const keepSoon = soon(700, (form) => (keeping = keep(form)));
let keeping = Promise.resolve();

export function keepDrafts() {
  document.addEventListener("input", ({ target }) => target.id === "body" && keepSoon(target.form));
  document.addEventListener("htmx:before:request", flush); // another conversation is about to take this one's place
  document.addEventListener("htmx:after:swap", restore);
  addEventListener("pagehide", flush);
  restore();
}

// Before a text is sent: a draft that is still on its way must not arrive after it
export function settleDraft() {
  keepSoon.cancel();
  return keeping;
}

export function dropDraft({ dataset }) {
  keepSoon.cancel();
  localStorage.removeItem(place(dataset.id));
}

function flush() {
  const form = document.getElementById("composer");
  if (form) keepSoon.now(form);
}

async function keep({ dataset, elements }) {
  if (document.querySelector("[data-erased]")) return localStorage.removeItem(place(dataset.id)); // nothing of them is kept
  const body = elements.body.value;
  try {
    const answer = await post(`${dataset.base}/draft`, { body }, { method: "PUT", keepalive: body.length < 8_000 });
    if (!answer.ok) throw new Error(answer.status);
    localStorage.removeItem(place(dataset.id));
    say("Draft kept");
  } catch {
    localStorage.setItem(place(dataset.id), body);
    say("Draft kept on this device");
  }
}

function restore() {
  const form = document.getElementById("composer");
  const kept = form && localStorage.getItem(place(form.dataset.id));
  if (kept && !form.elements.body.value) form.elements.body.value = kept;
}

function say(words) {
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = document.getElementById("body").value ? words : "";
}
