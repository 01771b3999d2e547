// <day-lane s="30i12a8c…" from="29918580" user="7" date="2026-11-20" label="…">: a person's day.
// `s` is run lengths in minutes from epoch minute `from`, a letter per zone; at most six paths.
// Exact seconds and what was done come from the server as a hint: on hover, tap, or arrow keys.
// `hint` may name another address of hints than /activity/lane. Emits nothing; reads attributes.
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 20;
const HEIGHTS = { o: 6, f: 6, i: 6, p: 6, a: 14, c: 20 };
const PREFETCH_MS = 80;
const KEPT = 200;

const fetched = new Map();
let shown = null;
// All lanes of a page are equally wide: measured once, not once a lane, which would cost a layout each.
let width = 0;
let measuredAt = -1000;
// The one lane that Tab stops at; arrows go on from there.
let entry = null;

function parse(text) {
  const runs = [];
  let start = 0;
  let length = 0;
  for (let place = 0; place < text.length; place += 1) {
    const digit = text.charCodeAt(place) - 48;
    if (digit >= 0 && digit <= 9) {
      length = length * 10 + digit;
    } else {
      runs.push({ start, end: start + length, zone: text[place] });
      start += length;
      length = 0;
    }
  }
  return runs;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// One answer per stretch; a failed request is not kept, the next hover asks again.
function ask(address) {
  if (!fetched.has(address)) {
    if (fetched.size >= KEPT) fetched.delete(fetched.keys().next().value);
    const answer = fetch(address, { headers: { "X-Requested-With": "day-lane" } }).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return response.text();
    });
    answer.catch(() => fetched.delete(address));
    fetched.set(address, answer);
  }
  return fetched.get(address);
}

function enter(picture) {
  entry?.setAttribute("tabindex", "-1");
  entry = picture;
  entry.setAttribute("tabindex", "0");
}

function bubble() {
  let found = document.getElementById("lane-hint");
  if (!found) {
    found = document.createElement("div");
    found.id = "lane-hint";
    found.className = "lane-hint";
    found.setAttribute("role", "status");
    found.hidden = true;
    document.body.append(found);
  }
  return found;
}

function place(at) {
  const box = bubble();
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(at.x - width / 2, 8), innerWidth - width - 8);
  const above = at.top - height - 8;
  box.style.left = `${Math.max(left, 8)}px`;
  box.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hide() {
  shown?.mark(null);
  shown = null;
  bubble().hidden = true;
}

class DayLane extends HTMLElement {
  static observedAttributes = ["s", "label"];

  connectedCallback() {
    this.draw();
  }

  attributeChangedCallback() {
    if (!this.isConnected || !this.picture) return;
    fetched.clear();
    this.draw();
  }

  get minutes() {
    return this.runs.at(-1)?.end ?? 0;
  }

  draw() {
    this.runs = parse(this.getAttribute("s") ?? "");
    this.picture ??= this.frame();
    this.picture.setAttribute("viewBox", `0 0 ${this.minutes || 1} ${HEIGHT}`);
    this.picture.setAttribute("aria-label", this.getAttribute("label") ?? "");
    if (!width && performance.now() - measuredAt > 100) {
      measuredAt = performance.now();
      width = this.getBoundingClientRect().width;
    }
    const least = width ? this.minutes / width : 1;
    const outlines = {};
    for (const { start, end, zone } of this.runs) {
      const height = HEIGHTS[zone];
      // What was done is never narrower than a pixel, or it would vanish between two.
      const length = zone === "a" || zone === "c" ? Math.max(end - start, least) : end - start;
      if (height) outlines[zone] = `${outlines[zone] ?? ""}M${start} ${HEIGHT - height}h${length}v${height}H${start}z`;
    }
    this.paint(outlines);
    if (this.at !== undefined && shown === this) this.mark(this.runAt(this.at));
  }

  // Taller zones lie over lower ones, so a new path makes all of them line up again.
  paint(outlines) {
    const zones = Object.keys(HEIGHTS);
    const isNew = zones.some((zone) => outlines[zone] && !this.paths[zone]);
    for (const zone of zones) {
      if (!outlines[zone]) {
        this.paths[zone]?.remove();
        delete this.paths[zone];
        continue;
      }
      this.paths[zone] ??= shape("path", { class: `lane-${zone}` });
      this.paths[zone].setAttribute("d", outlines[zone]);
      if (isNew) this.picture.append(this.paths[zone]);
    }
  }

  frame() {
    this.paths = {};
    const made = shape("svg", { role: "img", preserveAspectRatio: "none", tabindex: "-1" });
    if (!entry?.isConnected) enter(made);
    this.replaceChildren(made);
    return made;
  }

  runAt(minute) {
    return this.runs.find((run) => minute >= run.start && minute < run.end) ?? null;
  }

  // The frame around the stretch that the keyboard is on.
  mark(run) {
    this.cursor?.remove();
    this.cursor = null;
    if (!run || document.activeElement !== this.picture) return;
    this.cursor = shape("rect", { class: "lane-cursor", x: run.start, y: 0, width: run.end - run.start, height: HEIGHT });
    this.picture.append(this.cursor);
  }

  address(run, minute) {
    const root = this.getAttribute("hint") ?? "/activity/lane";
    const from = Number(this.getAttribute("from"));
    return `${root}/${this.getAttribute("user")}/${from + minute}?date=${this.getAttribute("date")}&run=${run.start}-${run.end}`;
  }

  point(event) {
    const box = this.getBoundingClientRect();
    const minute = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * this.minutes), 0), this.minutes - 1);
    const run = this.runAt(minute);
    if (!run) return;
    const isSame = shown === this && this.run?.start === run.start && this.run?.end === run.end;
    this.x = event.clientX;
    if (isSame) {
      if (!bubble().hidden) this.settle();
      return;
    }
    this.show(run, PREFETCH_MS);
  }

  settle() {
    const box = this.getBoundingClientRect();
    place({ x: this.x, top: box.top, bottom: box.bottom });
  }

  show(run, delay) {
    clearTimeout(this.timer);
    if (shown && shown !== this) hide();
    shown = this;
    this.run = run;
    this.at = run.start;
    this.mark(run);
    this.timer = setTimeout(async () => {
      try {
        const text = await ask(this.address(run, run.start));
        if (shown !== this || this.run !== run) return;
        const box = bubble();
        box.innerHTML = text;
        box.hidden = false;
        this.settle();
      } catch {
        if (shown === this && this.run === run) bubble().hidden = true;
      }
    }, delay);
  }

  leave() {
    clearTimeout(this.timer);
    if (shown === this && !this.isKept) hide();
    else this.mark(null);
  }

  tap(event) {
    this.focus();
    this.point(event);
    this.isKept = true;
    document.addEventListener("pointerdown", (next) => {
      this.isKept = false;
      if (!this.contains(next.target)) hide();
    }, { once: true });
  }

  focus() {
    enter(this.picture);
    this.picture.focus();
  }

  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (shown !== this) return;
      event.preventDefault();
      this.isKept = false;
      hide();
      return;
    }
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const all = [...document.querySelectorAll("day-lane")].filter((lane) => lane.offsetParent);
      const next = all[all.indexOf(this) + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      return;
    }
    if (event.key === "Enter") {
      this.closest("tr")?.querySelector("[data-open]")?.click();
      return;
    }
    const last = this.runs.length - 1;
    const here = shown === this && this.run ? this.runs.findIndex((run) => run.start <= this.at && this.at < run.end) : -1;
    const next = { ArrowLeft: here < 0 ? last : here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const run = this.runs[Math.min(Math.max(next, 0), last)];
    const box = this.getBoundingClientRect();
    this.x = box.left + (box.width * (run.start + run.end)) / 2 / this.minutes;
    this.show(run, 0);
  }
}

// One set of listeners for all lanes, however many there are.
const laneOf = (event) => event.target.closest?.("day-lane");
document.addEventListener("pointermove", (event) => {
  if (event.pointerType !== "mouse") return;
  const lane = laneOf(event);
  if (lane) lane.point(event);
  else if (shown && !shown.contains(document.activeElement)) shown.leave();
});
document.documentElement.addEventListener("pointerleave", () => shown?.leave());
document.addEventListener("click", (event) => laneOf(event)?.tap(event));
document.addEventListener("keydown", (event) => laneOf(event)?.walk(event));
document.addEventListener("focusout", (event) => laneOf(event)?.leave());
addEventListener("resize", () => {
  width = 0;
  measuredAt = -Infinity; // two resizes in one breath: the second one counts
  for (const lane of document.querySelectorAll("day-lane")) lane.draw();
});
addEventListener("scroll", () => shown && !shown.isKept && hide(), { passive: true, capture: true });
customElements.define("day-lane", DayLane);
