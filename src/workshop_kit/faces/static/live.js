// Brings a server-rendered page to life: shows new HTML without losing what a person is doing, sends forms in the
// background, keeps them while there is no connection, and ticks countdowns. It knows no activity; templates say what
// they want by data attributes. The same file drives phone and stage (over one WebSocket) and the notebook's widgets
// (over the widget's own channel).

// ── morphing: make `old` look like `now`, keeping elements that have the same id ─────────────────────────────────────

const edited = new WeakMap(); // controls that a person changed and that have not been accepted yet, with the moment

const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, summary, textarea";

const idOf = (node) => node.getAttribute?.("id") || ""; // `form.id` would be the control that is named "id"

// Which version a person read before writing: as long as what they write is not accepted, a newer one only waits.
function staysAsRead(old, now) {
  if (!old.hasAttribute("data-as-read") || ![...old.form.elements].some((control) => edited.has(control))) return false;
  old.dataset.newer = now.value;
  return true;
}

const keep = (old, now) =>
  edited.has(old) || staysAsRead(old, now) || (old.dataset.until && old.dataset.until === now.dataset.until) || old.hasAttribute("data-left");

function morphAttributes(old, now) {
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) {
    const openedByPerson = name === "open" && /^(DETAILS|DIALOG)$/.test(old.tagName);
    if (!now.hasAttribute(name) && !openedByPerson) old.removeAttribute(name);
  }
  if (old.tagName === "INPUT" && old.type !== "hidden") {
    old.checked = now.hasAttribute("checked");
    if (!/^(radio|checkbox)$/.test(old.type)) old.value = now.getAttribute("value") ?? "";
  } else if (old.tagName === "TEXTAREA") old.value = now.textContent;
}

function morphElement(old, now) {
  if (keep(old, now)) return;
  const active = old.getRootNode().activeElement === old && /^(INPUT|TEXTAREA|SELECT)$/.test(old.tagName);
  const chosen = old.tagName === "SELECT" ? [...now.options].findIndex((option) => option.defaultSelected) : -1;
  if (active && old.tagName === "SELECT" && now.length === old.length) old.selectedIndex = Math.max(0, chosen);
  if (active && !/^(radio|checkbox)$/.test(old.type)) return;
  morphAttributes(old, now);
  if (old.tagName === "TEXTAREA") return;
  morphChildren(old, now);
  if (old.tagName === "SELECT") old.selectedIndex = Math.max(0, chosen);
}

// Bring `match` to `place`; return the place behind it. Removing what is in the way keeps focus and caret, moving may not.
function bring(parent, match, place, wanted) {
  const inTheWay = (node) => node.nodeType !== Node.ELEMENT_NODE || (idOf(node) && !wanted.has(idOf(node)));
  let one = place;
  while (one !== match && inTheWay(one)) one = one.nextSibling;
  if (one !== match) {
    (parent.moveBefore ?? parent.insertBefore).call(parent, match, place);
    return place;
  }
  for (let next = place; next !== match; next = place) {
    place = next.nextSibling;
    next.remove();
  }
  return match.nextSibling;
}

function alike(place, next, wanted) {
  if (next.nodeType !== Node.ELEMENT_NODE) return place?.nodeType === next.nodeType ? place : null;
  let one = place;
  while (one && (idOf(one) || one.nodeName !== next.nodeName)) one = wanted.has(idOf(one)) ? null : one.nextSibling;
  return one;
}

function morphChildren(old, now) {
  const byId = new Map([...old.children].map((child) => [idOf(child), child]));
  const wanted = new Set([...now.children].map(idOf).filter(Boolean));
  let place = old.firstChild;
  for (const next of [...now.childNodes]) {
    const id = idOf(next);
    let match = id ? byId.get(id) : alike(place, next, wanted);
    byId.delete(id);
    if (match && match.nodeName !== next.nodeName) match = null;
    if (!match) {
      old.insertBefore(next, place);
      continue;
    }
    place = bring(old, match, place, wanted);
    if (match.nodeType === Node.ELEMENT_NODE) morphElement(match, next);
    else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

export function morph(region, html) {
  const root = region.getRootNode();
  const focused = region.contains(root.activeElement) ? root.activeElement : null;
  const around = [];
  for (let one = focused; one && one !== region; one = one.parentElement) if (idOf(one)) around.push(idOf(one));
  const parsed = new DOMParser().parseFromString(`<body>${html}</body>`, "text/html").body;
  morphChildren(region, document.adoptNode(parsed));
  if (focused && root.activeElement !== focused) {
    let again = focused.isConnected ? focused : null;
    for (const id of around) {
      if (again) break;
      const one = region.querySelector(`#${CSS.escape(id)}`);
      again = one?.matches(FOCUSABLE) ? one : one?.querySelector(focused.localName) ?? one?.querySelector(FOCUSABLE);
    }
    if (!again) {
      again = region.querySelector("h1, h2");
      again?.setAttribute("tabindex", "-1");
    }
    again?.focus({ preventScroll: true });
  }
}

// ── drafts: what a person has begun and not sent yet, kept in this tab where the page is loaded again ─────────────────

class Drafts {
  constructor(prefix) {
    this.prefix = prefix;
  }

  // A form is known by what it sends and where it stands: the ids around it tell step, round and card.
  key(form) {
    const said = [...form.elements].filter((one) => one.type === "hidden" && one.name !== "id" && !one.hasAttribute("data-as-read"));
    const around = [];
    for (let one = form.parentElement; one; one = one.parentElement) if (idOf(one)) around.push(idOf(one));
    return [this.prefix, form.dataset.item, ...said.map((one) => `${one.name}=${one.value}`), ...around].join("|");
  }

  controls(form) {
    return [...form.elements].filter((one) => one.name && (one.hasAttribute("data-as-read") || !/^(hidden|submit|button)$/.test(one.type)));
  }

  do(work) {
    try {
      work();
    } catch {
      // Private mode or a full store: a draft lives as long as the page.
    }
  }

  save(form) {
    const written = this.controls(form).map((one) => [one.name, one.value, Boolean(one.checked)]);
    this.do(() => sessionStorage.setItem(this.key(form), JSON.stringify(written)));
  }

  remove(form) {
    this.do(() => sessionStorage.removeItem(this.key(form)));
  }

  clear() {
    this.do(() => Object.keys(sessionStorage).forEach((key) => key.startsWith(this.prefix) && sessionStorage.removeItem(key)));
  }

  // Fill in what was begun, and tell which controls differ by it from what the page says.
  restore(form) {
    const changed = [];
    this.do(() => {
      const written = JSON.parse(sessionStorage.getItem(this.key(form)) ?? "[]");
      for (const one of this.controls(form)) {
        const choice = /^(radio|checkbox)$/.test(one.type);
        const [, value, checked] = written.find(([name, value]) => name === one.name && (!choice || value === one.value)) ?? [];
        if (value === undefined || (choice ? one.checked === checked : one.value === value)) continue;
        const read = one.hasAttribute("data-as-read"); // which version was read is kept with what was written on it
        if (read) one.dataset.newer = one.value;
        if (choice) one.checked = checked;
        else one.value = value;
        if (!read) changed.push(one);
      }
    });
    return changed;
  }
}

// ── a face: one root element with regions, fed and heard by a channel ────────────────────────────────────────────────

const randomId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const remember = (name, value) => {
  try {
    localStorage.setItem(`workshop-${name}`, value);
  } catch {
    memory.set(name, value); // Private mode
  }
};
const recall = (name) => {
  try {
    return localStorage.getItem(`workshop-${name}`) ?? memory.get(name);
  } catch {
    return memory.get(name);
  }
};
const memory = new Map();
const keysOn = () => recall("keys") !== "off" && !new URLSearchParams(location.search).has("nokeys");

class Face {
  constructor(root, words, send, drafts) {
    Object.assign(this, { root, words, send, drafts, clock: 0, rev: 0, sent: new Map(), pressed: "", next: [] });
    root.addEventListener("submit", (event) => this.submit(event));
    root.addEventListener("input", (event) => this.input(event));
    root.addEventListener("change", (event) => this.change(event));
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.press(event));
    this.ticker = setInterval(() => this.tick(), 1000);
    for (const control of root.querySelectorAll("[data-item] :is(input, textarea)")) // typed before this file was here
      if (control.value !== control.defaultValue || control.checked !== control.defaultChecked) this.edit(control);
    if (drafts) for (const form of root.querySelectorAll("form[data-item]:not([data-auto])")) drafts.restore(form).forEach((control) => this.edit(control));
    this.prepare();
  }

  close() {
    clearInterval(this.ticker);
  }

  say(text, seconds = 0) {
    const status = this.root.querySelector("[data-status]");
    if (!status) return;
    clearTimeout(this.quiet);
    status.classList.remove("wk-refused");
    if (status.textContent !== text) status.textContent = text;
    if (seconds) this.quiet = setTimeout(() => (status.textContent = ""), seconds * 1000);
  }

  show(name, html) {
    const region = this.root.querySelector(`[data-region="${name}"]`);
    if (region) morph(region, html);
    this.prepare();
    if (region && !this.sent.size) this.goOn(region);
  }

  // After the answer: say what the place of the pressed control tells (data-told), and press what was pressed meanwhile.
  goOn(region) {
    const pressed = this.pressed && region.querySelector(`#${CSS.escape(this.pressed)}`);
    const told = pressed && pressed.closest("[data-told]");
    if (told) this.say(told.dataset.told, 10);
    if (pressed) this.pressed = "";
    const next = this.next.shift();
    if (next) region.querySelector(`#${CSS.escape(next)}`)?.click();
  }

  prepare() {
    for (const box of this.root.querySelectorAll("[data-keys]")) box.checked = keysOn();
    for (const form of this.root.querySelectorAll("form[data-auto]")) form.classList.add("wk-live");
    for (const group of this.root.querySelectorAll("[data-budget]")) this.count(group);
    if (this.root.querySelector("[data-seat-left]")) this.drafts?.clear();
    this.leaf(0);
    this.tick();
  }

  submit(event) {
    const form = event.target;
    if (!form.dataset.item || form.hasAttribute("data-plain")) return;
    event.preventDefault();
    if (event.submitter?.getAttribute("aria-disabled") === "true") return;
    const whole = form.hasAttribute("data-whole");
    // A button that means a change of what the form shows waits until the form shows the change before.
    if (whole && event.submitter?.name && [...this.sent.values()].some((sent) => sent.form === form)) {
      this.next.push(event.submitter.id);
      return;
    }
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const known = fields.get("id");
    const id = whole || !known || this.sent.has(known) ? randomId() : known;
    fields.set("id", id);
    fields.set("item", form.dataset.item);
    if (whole) {
      this.rev = Math.max(this.rev + 1, Date.now() + this.clock);
      fields.set("rev", String(Math.round(this.rev)));
      for (const [other, sent] of this.sent) if (sent.form === form) this.sent.delete(other); // this one takes its place
    }
    this.sent.set(id, { form, fields, at: performance.now() });
    this.drafts?.remove(form); // it waits in the outbox from now on
    if (form.hasAttribute("data-reset")) this.empty(form);
    if (event.submitter) event.submitter.dataset.pending = "";
    this.pressed = (event.submitter ?? form.getRootNode().activeElement)?.id ?? "";
    this.say(this.words.sending);
    this.send(id, fields.toString(), whole ? form.dataset.item : "");
  }

  empty(form) {
    form.reset();
    for (const control of form.elements) {
      edited.delete(control);
      if (control.tagName === "TEXTAREA") control.value = ""; // not what the page after a refusal had put there
    }
  }

  settle(id) {
    const sent = this.sent.get(id);
    this.sent.delete(id);
    sent?.form.querySelectorAll("[data-pending]").forEach((button) => delete button.dataset.pending);
    return sent;
  }

  accepted(id) {
    const sent = this.settle(id);
    for (const control of sent?.form.elements ?? []) if (edited.get(control) <= sent.at) edited.delete(control);
    this.say(this.words.saved, 4);
  }

  refused(id, message, final = true) {
    const sent = final ? this.settle(id) : null;
    for (const read of sent?.form.querySelectorAll("[data-newer]") ?? []) read.value = read.dataset.newer;
    if (sent?.form.hasAttribute("data-reset")) {
      for (const control of sent.form.elements) {
        if (control.type === "hidden" || edited.has(control) || !sent.fields.has(control.name)) continue;
        if (/^(radio|checkbox)$/.test(control.type)) control.checked = sent.fields.getAll(control.name).includes(control.value);
        else control.value = sent.fields.get(control.name);
        this.edit(control);
      }
      this.drafts?.save(sent.form);
    }
    if (final) Object.assign(this, { next: [], pressed: "" });
    this.say(message, 20);
    this.root.querySelector("[data-status]")?.classList.add("wk-refused");
  }

  edit(control) {
    edited.set(control, performance.now());
    if (control.type !== "radio") return;
    for (const other of control.form.elements) if (other.name === control.name) edited.set(other, performance.now());
  }

  input(event) {
    const form = event.target.form;
    if (form?.dataset.item) {
      this.edit(event.target);
      if (!form.hasAttribute("data-auto")) this.drafts?.save(form);
    }
    const group = event.target.closest("[data-budget]");
    if (group) this.count(group);
  }

  change(event) {
    if (event.target.matches("[data-keys]")) remember("keys", event.target.checked ? "" : "off");
    const form = event.target.form;
    if (form?.hasAttribute("data-auto")) form.requestSubmit();
  }

  click(event) {
    if (event.target.closest("[data-fullscreen]")) {
      const screen = this.root.querySelector(".wk-stage") || this.root;
      if (document.fullscreenElement) document.exitFullscreen();
      else screen.requestFullscreen?.();
    }
    const tone = event.target.closest("[data-tone]");
    if (tone) this.sound(tone);
    const button = event.target.closest("[data-leaf], [data-pause]");
    if (button && "pause" in button.dataset) this.paused = !this.paused;
    if (button) this.leaf(Number(button.dataset.leaf ?? 0));
  }

  // A button names its own key (data-key). Keys can be switched off, and a key that is held down or hit twice counts once.
  shortcut(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea, select");
    const button = plain && keysOn() && this.root.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button || (event.key === "PageDown" && this.root.querySelector(".wk-stage [data-pages]"))) return false;
    if (!event.repeat && Date.now() - (this.hit ?? 0) > 800) {
      this.hit = Date.now();
      button.click();
    }
    return true;
  }

  press(event) {
    if (this.shortcut(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const by = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 }[event.key]; // as presenters' remote controls send
    if (by && !event.target.matches("input, textarea, select") && this.leaf(by)) event.preventDefault();
  }

  // Browsers make no sound before somebody has pressed something; so the tone is off until then.
  sound(button) {
    this.audio ??= new AudioContext();
    this.audio.resume();
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? this.words.sound_on : this.words.sound_off;
    this.toned = on;
    if (on) this.tone();
  }

  tone() {
    if (!this.toned) return;
    const [wave, volume, now] = [this.audio.createOscillator(), this.audio.createGain(), this.audio.currentTime];
    wave.frequency.value = 440;
    volume.gain.setValueAtTime(0.0001, now);
    volume.gain.exponentialRampToValueAtTime(0.2, now + 0.05);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + 1.2);
    wave.connect(volume).connect(this.audio.destination);
    wave.start(now);
    wave.stop(now + 1.3);
  }

  // A wall in pages: the server says which one is shown. Buttons, keys and time turn on from there, on this screen alone.
  leaf(by) {
    const wall = this.root.querySelector(".wk-stage [data-pages]");
    if (!wall) return false;
    const pages = [...wall.querySelectorAll(".wk-page")];
    const opened = `${wall.parentElement.id} ${wall.dataset.pages}`;
    if (this.opened !== opened) Object.assign(this, { opened, page: Number(wall.dataset.pages), turned: Date.now() });
    if (by) Object.assign(this, { page: ((this.page - 1 + by + pages.length) % pages.length) + 1, turned: Date.now() });
    pages.forEach((page, number) => page.toggleAttribute("data-shown", number + 1 === Math.min(this.page, pages.length)));
    wall.querySelector("[data-pause]")?.setAttribute("aria-pressed", String(Boolean(this.paused)));
    return true;
  }

  turn() {
    const seconds = Number(this.root.querySelector(".wk-stage [data-turn]")?.dataset.turn);
    if (!seconds || this.paused || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    if (Date.now() - this.turned >= seconds * 1000) this.leaf(1);
  }

  count(group) {
    let used = 0;
    for (const control of group.querySelectorAll("input"))
      if (control.type === "number" || control.checked) used += Number(control.value) || 0;
    const left = Number(group.dataset.budget) - used;
    const output = group.querySelector("[data-left]");
    const text = (left < 0 ? this.words.over : this.words.left).replace("{n}", Math.abs(left));
    if (output && output.textContent !== text) output.textContent = text;
    output?.classList.toggle("wk-refused", left < 0);
  }

  tick() {
    this.turn();
    for (const time of this.root.querySelectorAll("time[data-until]")) {
      const seconds = Math.ceil((Date.parse(time.dataset.until) - Date.now() - this.clock) / 1000);
      const text = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : this.words.time_up;
      if (time.textContent !== text) time.textContent = text;
      time.classList.toggle("wk-soon", seconds <= 30);
      time.classList.toggle("wk-over", seconds <= 0);
      if (seconds === 0 && this.ended !== time.dataset.until) {
        this.ended = time.dataset.until;
        const quietly = this.root.querySelector("[data-ended]"); // on the stage the clock itself shows it
        if (quietly) quietly.textContent = this.words.time_up;
        else this.say(this.words.time_up, 10);
        this.tone();
      }
      const label = time.parentElement?.querySelector(".wk-timer-label");
      if (label) label.hidden = true;
    }
    for (const part of this.root.querySelectorAll("[data-after]"))
      part.hidden = Date.parse(part.dataset.after) > Date.now() + this.clock;
  }
}

// ── phone and stage: one WebSocket, and an outbox that survives a reload ─────────────────────────────────────────────

class Outbox {
  // One entry per key, so that two tabs never overwrite each other's. A whole ballot replaces the one that still waits.
  constructor(prefix) {
    this.prefix = prefix;
    this.memory = new Map();
    for (const key of this.stored()) this.memory.set(key, localStorage.getItem(key));
  }

  stored() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix)).sort();
    } catch {
      return [];
    }
  }

  add(id, body, whole) {
    if (whole) for (const key of [...this.memory.keys()]) if (key.endsWith(`|${whole}`)) this.remove(this.id(key));
    const key = `${this.prefix}${String(Date.now()).padStart(14, "0")}|${id}|${whole}`;
    this.memory.set(key, body);
    try {
      localStorage.setItem(key, body);
    } catch {
      // Private mode or a full store: the entry lives as long as the page.
    }
  }

  id(key) {
    return key.slice(this.prefix.length).split("|")[1];
  }

  remove(id) {
    for (const key of [...this.memory.keys()]) {
      if (this.id(key) !== id) continue;
      this.memory.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        // As above.
      }
    }
  }

  get bodies() {
    return [...this.memory.keys()].sort().map((key) => this.memory.get(key));
  }
}

const PATIENCE = 8000; // milliseconds without an answer, after which a connection counts as dead

export function attachPage(root = document.body) {
  const words = JSON.parse(root.dataset.words);
  const outbox = new Outbox(`workshop|${root.dataset.live}|`);
  const drafts = root.dataset.view === "phone" ? new Drafts(`draft|${root.dataset.live}|`) : undefined;
  let socket = null;
  let ready = false;
  let delay = 300;
  let lost = false;
  let overdue = 0;
  let next = 0;
  let hiddenAt = 0;

  const status = () => {
    const waiting = outbox.bodies.length;
    if (!ready && waiting) face.say(words.waiting.replace("{n}", waiting));
    else if (!ready) face.say(words.offline);
  };
  const expectAnswer = () => {
    clearTimeout(overdue);
    if (ready && outbox.bodies.length) overdue = setTimeout(down, PATIENCE);
  };
  const face = new Face(root, words, (id, body, whole) => {
    outbox.add(id, body, whole);
    if (ready) socket.send(body);
    else status();
    expectAnswer();
  }, drafts);

  const hear = (message) => {
    if (message.hello) {
      ready = true;
      root.dataset.connected = "";
      delay = 300;
      face.clock = Date.parse(message.now) - Date.now();
      if (lost) face.say(words.online, 4);
      lost = false;
      for (const body of outbox.bodies) socket.send(body);
    } else if ("ack" in message) {
      outbox.remove(message.ack);
      face.accepted(message.ack);
    } else if ("refused" in message) {
      const final = message.code !== "store"; // what could not be stored stays, and is sent again
      if (final) outbox.remove(message.refused);
      face.refused(message.refused, message.message, final);
    } else if (message.region !== "mine" || !outbox.bodies.length) face.show(message.region, message.html);
    expectAnswer();
  };

  const down = (soon = false) => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    ready = false;
    delete root.dataset.connected;
    lost = true;
    status();
    clearTimeout(overdue);
    clearTimeout(next);
    next = setTimeout(connect, soon ? 0 : delay * (0.7 + Math.random() * 0.6));
    delay = Math.min(delay * 1.7, 8000);
  };
  const connect = () => {
    const address = new URL(root.dataset.live, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.onopen = () => socket.send(new URLSearchParams({ hello: "", view: root.dataset.view, lang: root.dataset.lang || "" }).toString());
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = (event) => {
      if (event.code === 1008 && root.dataset.view === "console") location.reload(); // the link was ended
      else if (event.code !== 1008 || root.dataset.view !== "phone") down();
      else drafts.clear(); // no seat any more; a reload leads to joining
    };
  };
  connect();
  // A phone that was asleep or changed its network may hold a connection that is dead without knowing it.
  addEventListener("online", () => down(true));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > PATIENCE) down(true);
  });
  return face;
}

// ── notebook: the widget's channel ───────────────────────────────────────────────────────────────────────────────────

export default {
  render({ model, el, signal }) {
    el.classList.add("wk", "wk-widget");
    el.dataset.lmSuppressShortcuts = "true";
    // JupyterLab cancels line breaks typed inside a cell, and thereby Enter in our controls.
    el.addEventListener("keydown", (event) => {
      if (event.target.matches("input, textarea, select")) event.stopPropagation();
    });
    el.innerHTML = model.get("frame");
    const face = new Face(el, model.get("words"), (id, body) => model.send({ form: body, id }));
    const regions = () => Object.entries(model.get("regions")).forEach(([name, html]) => face.show(name, html));
    const hear = (message) => {
      if (message.ack !== undefined) face.accepted(message.ack);
      else if (message.refused !== undefined) face.refused(message.refused, message.message);
    };
    const frame = () => {
      el.innerHTML = model.get("frame");
      regions();
    };
    regions();
    model.on("change:regions", regions);
    model.on("change:frame", frame);
    model.on("msg:custom", hear);
    const stop = () => {
      face.close();
      model.off("change:regions", regions);
      model.off("change:frame", frame);
      model.off("msg:custom", hear);
    };
    signal?.addEventListener("abort", stop);
    return stop;
  },
};

// A link to the console: its secret leaves the address at once, which may be projected, and is posted.
function exchangeLink(form) {
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname);
  form.elements.key.value = secret;
  form.submit();
}

if (typeof document !== "undefined" && document.querySelector("form[data-link]")) exchangeLink(document.querySelector("form[data-link]"));
if (typeof document !== "undefined" && document.body?.dataset?.live && document.body.dataset.words) attachPage();
