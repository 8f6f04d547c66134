// What a text costs, asked of the server: the rule for segments lives there and nowhere else.

import { post, soon } from "./post.js";

const askSoon = soon(200, ask);

export function measure() {
  document.addEventListener("input", ({ target }) => target.id === "body" && askSoon(target.form));
}

export function measureNow(form) {
  askSoon.cancel();
  return ask(form);
}

async function ask({ dataset, elements }) {
  const body = elements.body.value;
  const answer = await post(`${dataset.base}/segments`, { body }).catch(() => null);
  if (!answer?.ok || elements.body.value !== body) return; // an old answer would count another text
  const { words, many } = await answer.json();
  const place = document.getElementById("measure");
  place.textContent = words;
  place.classList.toggle("many", many);
}
