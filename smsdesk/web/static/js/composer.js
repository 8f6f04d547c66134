// Sending: once per approval, never losing what was written.

import { dropDraft, settleDraft } from "./drafts.js";
import { everything } from "./fragments.js";
import { measureNow } from "./measure.js";
import { showScripted } from "./menus.js";
import { newToken, post } from "./post.js";
import { problemIn, toast } from "./toasts.js";

export function compose() {
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "composer") return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "body") pressSend(event);
  });
  document.addEventListener("click", ({ target }) => target.closest("[data-change]") && change());
}

function pressSend(event) {
  event.preventDefault();
  const button = [...event.target.form.querySelectorAll(".tools button")].find((one) => one.offsetParent && !one.disabled);
  if (button) event.target.form.requestSubmit(button);
}

async function send(form, button) {
  if ("busy" in form.dataset || !form.elements.body.value.trim()) return;
  const fields = new URLSearchParams(new FormData(form, button));
  hold(form, true);
  try {
    await settleDraft();
    const answer = await post(button?.getAttribute("formaction") ?? form.action, fields);
    if (answer.ok) sent(form, Number(answer.headers.get("X-Seen")));
    else if (answer.status === 409 && (await answer.clone().text()).includes("data-seen")) stopped(form, await answer.text());
    else toast(problemIn(await answer.text()), true);
  } catch {
    toast("No connection: it was not sent, or we could not hear that it was. Press send again; it goes out once.", true);
  } finally {
    hold(form, false);
  }
}

function hold(form, busy) {
  form.toggleAttribute("data-busy", busy);
  form.elements.body.readOnly = busy; // what is typed meanwhile would be cleared
}

function sent(form, seen) {
  dropDraft(form);
  form.elements.body.value = "";
  form.elements.client_token.value = newToken();
  form.elements.seen.value = Math.max(seen, form.elements.seen.value);
  document.getElementById("collision").replaceChildren();
  document.getElementById("saved").textContent = "";
  const reply = document.getElementById("as-reply");
  if (!reply.disabled) reply.checked = true;
  document.getElementById("thread-scroll").scrollTo({ top: 0 });
  measureNow(form);
  everything();
}

// Somebody wrote meanwhile. What is new is shown; sending again says that it has been seen.
function stopped(form, fragment) {
  const place = document.getElementById("collision");
  place.replaceChildren(new DOMParser().parseFromString(fragment, "text/html").querySelector(".collision"));
  form.elements.seen.value = place.firstElementChild.dataset.seen;
  showScripted(place);
  everything();
}

function change() {
  document.getElementById("collision").replaceChildren();
  document.getElementById("body").focus();
}
