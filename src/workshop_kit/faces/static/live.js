// Brings a server-rendered page to life: shows new HTML without losing what a person is doing, sends forms in the
// background, keeps them while there is no connection, and ticks countdowns. It knows no activity; templates say what
// they want by data attributes. The same file drives phone and stage (over one WebSocket) and the notebook's widgets
// (over the widget's own channel).

// ── morphing: make `old` look like `now`, keeping elements that have the same id ─────────────────────────────────────

const edited = new WeakSet(); // controls that a person changed and has not sent yet

const keep = (old, now) =>
  edited.has(old) || (old.dataset.until && old.dataset.until === now.dataset.until) || old.hasAttribute("data-left");

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
  if (active && !/^(radio|checkbox)$/.test(old.type)) return;
  morphAttributes(old, now);
  if (old.tagName === "TEXTAREA") return;
  const chosen = old.tagName === "SELECT" ? [...now.options].findIndex((option) => option.defaultSelected) : -1;
  morphChildren(old, now);
  if (old.tagName === "SELECT") old.selectedIndex = Math.max(0, chosen);
}

function morphChildren(old, now) {
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const next of [...now.childNodes]) {
    let match = null;
    if (next.id && byId.has(next.id)) match = byId.get(next.id);
    else if (place && !next.id && !place.id && place.nodeType === next.nodeType && place.nodeName === next.nodeName) match = place;
    if (match && match.nodeName !== next.nodeName) match = null;
    if (!match) {
      old.insertBefore(next, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else old.insertBefore(match, place);
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
  const parsed = new DOMParser().parseFromString(`<body>${html}</body>`, "text/html").body;
  morphChildren(region, document.adoptNode(parsed));
  if (focused && root.activeElement !== focused) {
    const again = focused.isConnected ? focused : focused.id && region.querySelector(`#${CSS.escape(focused.id)}`);
    (again || region.querySelector("h1, h2"))?.focus({ preventScroll: true });
  }
}

// ── a face: one root element with regions, fed and heard by a channel ────────────────────────────────────────────────

const randomId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class Face {
  constructor(root, words, send, waiting = () => 0) {
    Object.assign(this, { root, words, send, waiting, clock: 0, sent: new Map() });
    root.addEventListener("submit", (event) => this.submit(event));
    root.addEventListener("input", (event) => this.input(event));
    root.addEventListener("change", (event) => this.change(event));
    root.addEventListener("click", (event) => this.click(event));
    this.ticker = setInterval(() => this.tick(), 1000);
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
  }

  prepare() {
    for (const form of this.root.querySelectorAll("form[data-auto]")) form.classList.add("wk-live");
    for (const group of this.root.querySelectorAll("[data-budget]")) this.count(group);
    this.tick();
  }

  submit(event) {
    const form = event.target;
    if (!form.dataset.item || form.hasAttribute("data-plain")) return;
    event.preventDefault();
    if (event.submitter?.getAttribute("aria-disabled") === "true") return;
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const id = form.hasAttribute("data-whole") || this.sent.has(fields.get("id")) ? randomId() : fields.get("id") || randomId();
    fields.set("id", id);
    fields.set("item", form.dataset.item);
    if (form.hasAttribute("data-whole")) fields.set("rev", String(Date.now()));
    this.sent.set(id, form);
    for (const control of form.elements) edited.delete(control);
    if (event.submitter) event.submitter.dataset.pending = "";
    this.say(this.words.sending);
    this.send(id, fields.toString(), form.hasAttribute("data-whole") ? form.dataset.item : "");
  }

  settle(id) {
    const form = this.sent.get(id);
    this.sent.delete(id);
    form?.querySelectorAll("[data-pending]").forEach((button) => delete button.dataset.pending);
    return form;
  }

  accepted(id) {
    const form = this.settle(id);
    if (form?.hasAttribute("data-reset")) {
      form.reset();
      for (const control of form.elements) if (control.type !== "hidden" && "value" in control && control.tagName === "TEXTAREA") control.value = "";
    }
    this.say(this.words.saved, 4);
  }

  refused(id, message) {
    this.settle(id);
    this.say(message, 20);
    this.root.querySelector("[data-status]")?.classList.add("wk-refused");
  }

  input(event) {
    if (event.target.form?.dataset.item) edited.add(event.target);
    const group = event.target.closest("[data-budget]");
    if (group) {
      if (event.target.type === "radio")
        for (const other of group.querySelectorAll(`[name="${CSS.escape(event.target.name)}"]`)) edited.add(other);
      this.count(group);
    }
  }

  change(event) {
    const form = event.target.form;
    if (form?.hasAttribute("data-auto")) form.requestSubmit();
  }

  click(event) {
    if (event.target.closest("[data-fullscreen]")) {
      const screen = this.root.querySelector(".wk-stage") || this.root;
      if (document.fullscreenElement) document.exitFullscreen();
      else screen.requestFullscreen?.();
    }
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
    for (const time of this.root.querySelectorAll("time[data-until]")) {
      const seconds = Math.ceil((Date.parse(time.dataset.until) - Date.now() - this.clock) / 1000);
      const text = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : this.words.time_up;
      if (time.textContent !== text) time.textContent = text;
      time.classList.toggle("wk-soon", seconds <= 30);
      const label = time.parentElement?.querySelector(".wk-timer-label");
      if (label) label.hidden = true;
    }
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

export function attachPage(root = document.body) {
  const words = JSON.parse(root.dataset.words);
  const outbox = new Outbox(`workshop|${root.dataset.live}|`);
  let socket = null;
  let ready = false;
  let delay = 300;
  let lost = false;

  const status = () => {
    const waiting = outbox.bodies.length;
    if (!ready && waiting) face.say(words.waiting.replace("{n}", waiting));
    else if (!ready) face.say(words.offline);
  };
  const face = new Face(root, words, (id, body, whole) => {
    outbox.add(id, body, whole);
    if (ready) socket.send(body);
    else status();
  });

  const hear = (message) => {
    if (message.hello) {
      ready = true;
      delay = 300;
      face.clock = Date.parse(message.now) - Date.now();
      if (lost) face.say(words.online, 4);
      lost = false;
      for (const body of outbox.bodies) socket.send(body);
    } else if ("ack" in message) {
      outbox.remove(message.ack);
      face.accepted(message.ack);
    } else if ("refused" in message) {
      if (message.code !== "store") outbox.remove(message.refused);
      face.refused(message.refused, message.message);
    } else if (message.region !== "mine" || !outbox.bodies.length) face.show(message.region, message.html);
  };

  const connect = () => {
    const address = new URL(root.dataset.live, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.onopen = () => socket.send(new URLSearchParams({ hello: "", view: root.dataset.view, lang: root.dataset.lang || "" }).toString());
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = (event) => {
      ready = false;
      lost = true;
      status();
      if (event.code === 1008 && root.dataset.view === "phone") return; // no seat any more: a reload leads to joining
      setTimeout(connect, delay * (0.7 + Math.random() * 0.6));
      delay = Math.min(delay * 1.7, 8000);
    };
  };
  connect();
  addEventListener("online", () => !ready && socket?.readyState !== WebSocket.CONNECTING && socket?.close());
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

if (typeof document !== "undefined" && document.body?.dataset?.live && document.body.dataset.words) attachPage();
