// Parts of a page that keep themselves fresh: data-live-url says where from, data-live-on which news concern it, data-live-id whose.

const busy = new WeakMap(); // element → whether it must be fetched once more when the present fetch ends

export function keepFresh() {
  document.addEventListener("news", ({ detail }) => parts(detail).filter((part) => !isWrittenIn(part)).forEach((part) => fetchAnew(part)));
  document.addEventListener("htmx:after:request", ({ detail }) => {
    const { request, response } = detail.ctx;
    if (request.method !== "GET" && response.status < 400) everything();
  });
}

export function everything() {
  document.querySelectorAll("[data-live-url]").forEach((part) => fetchAnew(part));
}

function parts({ kind, id }) {
  return [...document.querySelectorAll("[data-live-url]")].filter(({ dataset }) => {
    if (kind === "everything") return true;
    const another = kind === "conversation" && dataset.liveId && dataset.liveId !== id;
    return dataset.liveOn.split(" ").includes(kind) && !another;
  });
}

// What somebody has typed and not yet kept is not replaced by news; their own deed brings the part up to date
function isWrittenIn(part) {
  return [...part.querySelectorAll("input, textarea, select")].some((field) =>
    field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected) : field.value !== field.defaultValue);
}

export async function fetchAnew(part) {
  if (busy.has(part)) return void busy.set(part, true);
  busy.set(part, false);
  await window.htmx.ajax("GET", address(part), { source: part, target: part, swap: "innerMorph" });
  await pause(Number(part.dataset.livePause ?? 0)); // for parts that cost the server much
  const more = busy.get(part);
  busy.delete(part);
  document.dispatchEvent(new CustomEvent("fresh", { detail: part }));
  if (more && part.isConnected) fetchAnew(part);
}

function address({ dataset }) {
  const open = document.getElementById("open")?.dataset.id;
  return open && "liveOpen" in dataset ? `${dataset.liveUrl}&open=${open}` : dataset.liveUrl;
}

const pause = (length) => (length ? new Promise((go) => setTimeout(go, length)) : null);
