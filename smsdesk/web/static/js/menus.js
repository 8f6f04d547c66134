// Menus are <details>, which work by themselves; this closes them when one looks elsewhere.

export function closeMenus() {
  document.addEventListener("click", ({ target }) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(target) || target.closest(".menu-sheet button, .menu-sheet a")) menu.open = false;
    });
  });
}

export function showScripted(root = document) {
  root.querySelectorAll(".needs-script").forEach((element) => (element.hidden = false));
}
