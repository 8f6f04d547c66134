// The phones listen to the carrier: one question waits at the server for news, and each phone that it names is fetched anew.

const PAUSE = 2_000; // after a lost connection
const phones = [...document.querySelectorAll("[data-phone]")];
const threadOf = (phone) => phone.querySelector("[data-thread]");
const lastSeen = () => Math.min(...phones.map((phone) => Number(phone.querySelector("[data-last]").dataset.last)));
const pause = (length) => new Promise((go) => setTimeout(go, length));

document.querySelectorAll("[data-without-script]").forEach((part) => (part.hidden = true));
document.querySelectorAll("form.type").forEach(hearTyping);
document.querySelectorAll("form[data-modes]").forEach((form) => form.addEventListener("change", () => post(form)));
document.addEventListener("submit", submitted);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenus({}));
showWhoIsHere();
if (phones.length) listen();

async function listen() {
  let since = lastSeen();
  for (;;) {
    try {
      const news = await (await asked(`/phone/changes?since=${since}`)).json();
      since = news.last;
      await Promise.all(phones.filter(({ dataset }) => news.phones.includes(dataset.phone)).map(refresh));
      isConnected(true);
    } catch {
      isConnected(false);
      await pause(PAUSE);
      // The carrier may have begun a new ledger meanwhile, so what is known is asked for again
      await Promise.all(phones.map(refresh)).then(() => (since = lastSeen()), () => {});
    }
  }
}

async function asked(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-Phone": "1" } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

async function refresh(phone) {
  const place = threadOf(phone);
  const answer = await asked(place.dataset.thread);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("ol");
  const known = new Set([...place.querySelectorAll("li")].map(({ id }) => id));
  const arrived = [...fresh.querySelectorAll("li.theirs")].some((item) => !known.has(item.id) || place.querySelector(`#${item.id}.coming`));
  fresh.querySelectorAll("li").forEach((item) => keepOrGreet(item, place));
  place.replaceChildren(fresh);
  showMode(phone, fresh.dataset);
  if (arrived) buzz(phone);
}

function keepOrGreet(item, place) {
  const old = place.querySelector(`#${item.id}`);
  if (old) old.classList.remove("fresh");
  if (old?.isEqualNode(item)) item.replaceWith(old); // a picture that stays need not be drawn anew
  else if (!old || old.className !== item.className) item.classList.add("fresh");
}

function buzz(phone) {
  const body = phone.querySelector(".phone");
  body.classList.remove("buzz");
  void body.offsetWidth; // so that a second one starts over
  body.classList.add("buzz");
}

function showMode(phone, { mode, modeTitle }) {
  phone.querySelector("[data-mode-words]").textContent = modeTitle;
  phone.querySelector(".drawer").dataset.mode = mode;
  const choice = phone.querySelector(`input[name="mode"][value="${mode}"]`);
  if (choice) choice.checked = true;
}

function hearTyping(form) {
  const { body, picture } = form.elements;
  const key = `phone ${form.dataset.draft}`;
  body.value ||= sessionStorage.getItem(key) ?? "";
  body.addEventListener("input", () => sessionStorage.setItem(key, body.value));
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (body.value.trim() || picture.files.length) form.requestSubmit(form.querySelector(".send"));
  });
  picture.addEventListener("change", () => showChosen(form));
}

function showChosen(form) {
  const [file] = form.elements.picture.files;
  const place = form.querySelector("[data-chosen]");
  place.hidden = !file;
  place.textContent = file ? `With ${file.name}` : "";
  closeMenus({});
  form.elements.body.focus();
}

async function submitted(event) {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const taken = event.submitter?.name === "said" || !form.elements.body ? null : form.elements.body.value;
  if (taken !== null) write(form, "");
  if ((await post(form, fields)) || taken === null) closeMenus({});
  else if (!form.elements.body.value) write(form, taken); // it was not sent: nothing that was typed is lost
}

function write(form, words) {
  form.elements.body.value = words;
  sessionStorage.setItem(`phone ${form.dataset.draft}`, words);
  if (words) return;
  form.elements.picture.value = "";
  form.querySelector("[data-chosen]").hidden = true;
}

async function post(form, fields = new FormData(form)) {
  const problem = document.getElementById("problem");
  try {
    await asked(form.action, { method: "POST", body: fields });
    problem.hidden = true;
    if ("modes" in form.dataset) await refresh(form.closest("[data-phone]"));
    return true;
  } catch (error) {
    problem.textContent = error instanceof TypeError ? "SMSDesk cannot be reached. Try again in a moment." : shortened(error.message);
    problem.hidden = false;
    return false;
  }
}

// An answer that is a whole page, such as one about a form that is too old
const shortened = (words) => (words.includes("<html") ? "That was not taken. Load the page again." : words);

function isConnected(yes) {
  document.getElementById("connection").hidden = yes;
}

function closeMenus({ target }) {
  document.querySelectorAll("details.choices[open]").forEach((menu) => !menu.contains(target ?? null) && (menu.open = false));
}

function showWhoIsHere() {
  const faces = new Map([...document.querySelectorAll("[data-face]")].map((face) => [face.dataset.face, face]));
  const watch = new IntersectionObserver(
    (seen) => seen.forEach(({ target, isIntersecting }) => faces.get(target.id)?.toggleAttribute("data-here", isIntersecting)),
    { threshold: 0.6 },
  );
  phones.forEach((phone) => watch.observe(phone));
}
