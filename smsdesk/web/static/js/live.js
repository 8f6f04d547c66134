// One event stream per browser: the tab that holds the lock listens, the others hear from it. Says on the document: "news" {kind, id}.

const KINDS = ["hello", "beat", "session", "conversation", "given", "queue", "people", "quarantine", "alert", "policies", "trial", "audit", "privacy", "me", "refresh"];
const SILENT = 12_000; // the server beats every five seconds
const PATIENCE = 2_000; // before anybody is told that the line is down
const POLL = 10_000;
const shared = "locks" in navigator && "BroadcastChannel" in window; // locks need https or localhost
const channel = shared ? new BroadcastChannel("smsdesk") : null;

let last = document.body.dataset.streamAfter ?? "";
let heard = Date.now();
let downSince = null;
let told = false;
let stream = null;
let waits = 0;
let asked = 0;

export function listen() {
  if (channel) {
    channel.onmessage = ({ data }) => (data.kind === "down" ? (downSince ??= Date.now()) : take(data));
    navigator.locks.request("smsdesk-stream", () => new Promise(open)); // held until this tab goes
  } else open();
  setInterval(watch, 500);
  addEventListener("online", () => stream && open());
  addEventListener("offline", () => (downSince ??= Date.now()));
}

function open() {
  stream?.close();
  heard = Date.now(); // a fresh try gets time to answer
  stream = new EventSource(`/events?after=${encodeURIComponent(last)}`);
  KINDS.forEach((kind) => stream.addEventListener(kind, (event) => pass(kind, event)));
  stream.onopen = () => pass("beat", { data: "" });
  stream.onerror = down;
}

// The browser tries again by itself, except after a refusal (503, signed out): then it is up to us.
function down() {
  downSince ??= Date.now();
  channel?.postMessage({ kind: "down" });
  if (stream.readyState === EventSource.CLOSED) setTimeout(open, Math.min(1_000 * 2 ** waits++, 15_000));
}

function pass(kind, { data, lastEventId }) {
  waits = 0;
  const news = { kind, data, last: lastEventId || last };
  channel?.postMessage(news);
  take(news);
}

function take({ kind, data, last: id }) {
  heard = Date.now();
  last = id;
  downSince = null;
  if (told || kind === "refresh") again();
  else say({ kind, ...read(data) });
}

function watch() {
  if (Date.now() - heard > SILENT) {
    downSince ??= Date.now();
    if (stream) open();
  }
  if (downSince && Date.now() - downSince > PATIENCE) show(true);
  if (told && Date.now() - asked > POLL) ask();
}

// Without a stream (too many pages are open, or a proxy holds it back) the page asks now and then
function ask() {
  asked = Date.now();
  say({ kind: "everything" });
}

// After a break anything may have happened: everything on the screen is fetched anew.
function again() {
  show(false);
  say({ kind: "everything" });
}

function show(state) {
  told = state;
  document.getElementById("connection").hidden = !state;
}

function say(detail) {
  document.dispatchEvent(new CustomEvent("news", { detail }));
}

function read(data) {
  try {
    return { ...JSON.parse(data) };
  } catch {
    return {}; // a beat says nothing
  }
}
