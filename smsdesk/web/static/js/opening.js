// Opening another conversation swaps the right-hand side only; the list stays where it was.

import { showScripted } from "./menus.js";

export function open() {
  document.addEventListener("htmx:after:swap", mark);
  mark();
}

function mark() {
  const open = document.getElementById("open");
  showScripted();
  namePlatformKeys();
  document.querySelectorAll(".row").forEach(({ dataset, firstElementChild: link }) => {
    if (dataset.id === open?.dataset.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
}

function namePlatformKeys() {
  const words = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘↵" : "Ctrl↵";
  document.querySelectorAll("[data-send-keys]").forEach((key) => (key.textContent = words));
}
