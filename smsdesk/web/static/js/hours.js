// The week's editor: what its buttons do is drawn in place, and what the hours make of a promise while one types.

import { post, soon } from "./post.js";

const LOOKS = ["drawn", "answers"]; // follow what is typed
const WHOLE = ["editor-main", "asks", ...LOOKS];
const form = document.querySelector("[data-draft]");
let drawn = Promise.resolve();

form?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-draws]");
  if (!button) return;
  event.preventDefault();
  look.cancel();
  if (await draw(button.value, WHOLE)) settle(button);
});

form?.addEventListener("change", async ({ target }) => {
  look.cancel();
  if (!("drawsOnChange" in target.dataset)) return tell(await draw("look", LOOKS));
  if (await draw("look", ["holidays", ...LOOKS])) document.getElementById(target.id)?.focus();
});

const look = soon(300, () => draw("look", LOOKS));
form?.addEventListener("input", look);

// One after the other: the page as it would be, and the parts with these ids are taken from it
function draw(deed, ids) {
  return (drawn = drawn.then(() => drawNow(deed, ids)).catch(() => null));
}

async function drawNow(deed, ids) {
  const typed = new URLSearchParams(new FormData(form)).toString();
  const answer = await post(form.dataset.draft, `${typed}&do=${encodeURIComponent(deed)}`);
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Whoever went on typing meanwhile must not lose it
  if (typed !== new URLSearchParams(new FormData(form)).toString()) return drawNow(deed, ids);
  for (const id of ids) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  return page;
}

// What is wrong with a row, told beside it, without touching what stands in its fields
function tell(page) {
  if (!page) return;
  for (const said of form.querySelectorAll(".said, #asks .problem")) said.replaceChildren(...(page.getElementById(said.id)?.childNodes ?? []));
  for (const field of form.querySelectorAll("input[id]")) {
    for (const mark of ["aria-invalid", "aria-describedby"]) {
      const value = page.getElementById(field.id)?.getAttribute(mark);
      value ? field.setAttribute(mark, value) : field.removeAttribute(mark);
    }
  }
}

// A new row is gone to; else one stays where one was
function settle({ value }) {
  const day = value.split("-")[1];
  const places = ["[data-focus]", `button[value="${value}"]:not([tabindex])`, `#day-${day} .day-deeds button`, 'button[value="add-own"]'];
  const there = places.map((place) => form.querySelector(`#editor-main ${place}`)).find(Boolean);
  if (value !== "look") there?.focus();
}
