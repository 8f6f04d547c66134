// A sentence in the corner, for what went wrong and what was done.

export function toast(words, bad = false) {
  const place = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "✕", ariaLabel: "Close", onclick: () => box.remove() });
  box.append(words, close);
  place.append(box);
  setTimeout(() => box.remove(), bad ? 12_000 : 5_000);
}

// The sentence in an answer that refused: pages, fragments and API problems all carry one.
export function problemIn(text) {
  const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-problem]");
  return found?.textContent.trim() || "That did not work. Nothing was changed.";
}

export function tellProblems() {
  document.addEventListener("htmx:response:error", ({ detail }) => {
    if (detail.ctx.response.status === 401) location.reload();
    else if (detail.ctx.request.method !== "GET") toast(problemIn(detail.ctx.text), true);
  });
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx && detail.ctx.request?.method !== "GET") toast("No connection: nothing was changed. Please try again.", true);
  });
}
