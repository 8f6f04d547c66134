// Menus are <details>, which work by themselves; this closes them when one looks elsewhere.

export function closeMenus() {
  document.addEventListener("click", ({ target }) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(target) || target.closest(".menu-sheet button, .menu-sheet a")) menu.open = false;
    });
  });
}

// What only works with scripts is hidden until they run; keys are called as this machine calls them.
export function showScripted(root = document) {
  const send = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘↵" : "Ctrl↵";
  root.querySelectorAll(".needs-script").forEach((element) => (element.hidden = false));
  root.querySelectorAll("[data-send-keys]").forEach((key) => (key.textContent = send));
}
