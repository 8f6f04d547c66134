// Opening another conversation swaps the right-hand side only; the list stays where it was.

import { showScripted } from "./menus.js";

export function open() {
  document.addEventListener("htmx:after:swap", mark);
  mark();
}

function mark() {
  const open = document.getElementById("open");
  showScripted();
  document.querySelectorAll(".row").forEach(({ dataset, firstElementChild: link }) => {
    if (dataset.id === open?.dataset.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
}
