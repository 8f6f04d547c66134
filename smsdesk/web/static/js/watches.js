// While a watch is planned, what it would say at this moment is fetched anew.

const PAUSE = 350;
const form = document.getElementById("watch-form");
const preview = document.getElementById("preview");
let waiting;

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(fetchPreview, PAUSE);
});

function fetchPreview() {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("csrf_token"); // addresses are logged
  window.htmx.ajax("GET", `${preview.dataset.previewUrl}?${fields}`, { source: preview, target: preview, swap: "innerMorph" });
}
