// Tells a person who looks elsewhere: the badge, the title, a word for screen readers, and desktop notifications if they turned them on.

const wanted = () => localStorage.getItem("notify") === "yes" && Notification.permission === "granted";
let known = unread();

export function tellElsewhere() {
  document.addEventListener("fresh", ({ detail }) => detail.id === "queue" && compare());
  const button = document.querySelector("[data-notify]");
  if (!button || !("Notification" in window)) return button?.remove();
  button.ariaPressed = String(wanted());
  button.addEventListener("click", () => turn(button));
}

async function turn(button) {
  const on = !wanted() && (await Notification.requestPermission()) === "granted";
  localStorage.setItem("notify", on ? "yes" : "no");
  button.ariaPressed = String(on);
}

function unread() {
  return new Set([...document.querySelectorAll(".row[data-unread]")].map(({ id }) => id));
}

function compare() {
  const now = unread();
  const fresh = [...now].filter((id) => !known.has(id));
  known = now;
  badge();
  fresh.map((id) => document.getElementById(id)).filter(Boolean).forEach(tell);
}

function badge() {
  const count = Number(document.querySelector("[data-unread-count]")?.dataset.unreadCount ?? 0);
  document.getElementById("unread-badge").textContent = count || "";
  document.title = document.title.replace(/^\(\d+\) /, count ? `(${count}) ` : "").replace(/^(?!\()/, count ? `(${count}) ` : "");
  navigator.setAppBadge?.(count).catch(() => {}); // not installed: there is no badge to set
}

function tell(row) {
  const name = row.querySelector(".who").textContent.trim();
  document.getElementById("said").textContent = `New text from ${name}`;
  if (!document.hidden || !wanted()) return;
  // The tag lets ten open tabs show one notification; the text stays off a locked screen.
  const note = new Notification(name, { body: "sent a text", tag: row.id });
  note.onclick = () => (window.focus(), row.querySelector("a").click());
}
