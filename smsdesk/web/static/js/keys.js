// Single keys, off while somebody types. What a key does is mostly a click on the element that carries data-key.

let prefix = null;
const PLACES = { q: "/queue", m: "/manager" };
const off = () => localStorage.getItem("keys-off") === "yes";

export function hearKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave(event);
    if (event.ctrlKey || event.metaKey || event.altKey || off() || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (press(event.key.toLowerCase())) event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => target.closest?.("[data-opens]") && document.getElementById("keys").showModal());
  const box = document.querySelector("[data-keys-off]");
  if (!box) return;
  box.checked = off();
  box.addEventListener("change", () => localStorage.setItem("keys-off", box.checked ? "yes" : "no"));
}

function typing(target) {
  return target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") || target.isContentEditable;
}

function press(key) {
  if (prefix === "g") return go(key);
  if (key === "g") return begin(key);
  const deed = DEEDS[key];
  return deed ? (deed(), true) : click(document.querySelector(`[data-key="${CSS.escape(key)}"]`));
}

function begin(key) {
  prefix = key;
  setTimeout(() => (prefix = null), 1_500);
  return true;
}

function go(key) {
  prefix = null;
  if (!PLACES[key] || !document.querySelector(`.rail a[href="${PLACES[key]}"]`)) return false;
  location.assign(PLACES[key]);
  return true;
}

const DEEDS = {
  "?": () => document.getElementById("keys").showModal(),
  j: () => step(1),
  k: () => step(-1),
  n: () => click(document.querySelector(".row.waiting a:not([aria-current])")),
  r: () => write("as-reply"),
  m: () => write("as-note"),
};

function click(element) {
  if (!element) return false;
  element.click();
  if (element.matches("summary")) element.parentElement.querySelector(".menu-sheet button")?.focus();
  return true;
}

function step(by) {
  const links = [...document.querySelectorAll(".row a")];
  const here = links.findIndex((link) => link.ariaCurrent === "true");
  const next = links[here < 0 ? 0 : here + by];
  next?.scrollIntoView({ block: "nearest" });
  click(next);
}

function write(kind) {
  const choice = document.getElementById(kind);
  if (!choice || choice.disabled) return;
  choice.checked = true;
  document.getElementById("body").focus();
}

function leave({ target }) {
  const menu = target.closest?.("details.menu[open]");
  if (menu) (menu.open = false), menu.querySelector("summary").focus();
  else if (typing(target)) target.blur();
}
