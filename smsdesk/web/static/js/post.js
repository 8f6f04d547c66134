// One way to post from our own scripts, with the token that proves the page is ours.

export function post(address, fields, { method = "POST", keepalive = false } = {}) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const body = fields instanceof URLSearchParams ? fields : new URLSearchParams(fields);
  return fetch(address, { method, body, keepalive, headers: { "X-CSRF-Token": token, "HX-Request": "true", Accept: "text/html" } });
}

export function newToken() {
  // randomUUID exists only over https; this one is everywhere
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function soon(length, deed) {
  let waiting = null;
  const run = (...args) => (clearTimeout(waiting), (waiting = setTimeout(() => ((waiting = null), deed(...args)), length)));
  run.now = (...args) => waiting && (clearTimeout(waiting), (waiting = null), deed(...args));
  run.cancel = () => (clearTimeout(waiting), (waiting = null));
  return run;
}
