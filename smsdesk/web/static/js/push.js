// Lets this browser take alerts while no page is open: asks for permission, and tells the desk where it is reached.

import { post } from "./post.js";

const button = document.querySelector("[data-push-key]");
const said = document.querySelector("[data-push-said]");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

if (button && can) button.addEventListener("click", () => sign().catch(() => say(said.dataset.broken)));
else if (button) (button.remove(), say(said.dataset.cannot));

async function sign() {
  button.disabled = true;
  if ((await Notification.requestPermission()) !== "granted") return say(said.dataset.refused);
  await navigator.serviceWorker.register("/service-worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const { endpoint, keys } = (await subscribed(pushManager)).toJSON();
  const answer = await post("/settings/alerts/browsers", { endpoint, public_key: keys.p256dh, auth: keys.auth });
  if (answer.ok) location.assign("/settings/alerts?said=browser");
  else say((await answer.text()) || said.dataset.broken);
}

async function subscribed(pushManager) {
  const options = { userVisibleOnly: true, applicationServerKey: bytes(button.dataset.pushKey) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    const old = await pushManager.getSubscription(); // signed up with another key, before ours was changed
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

function say(words) {
  button.disabled = false;
  said.textContent = words;
  said.hidden = false;
}
