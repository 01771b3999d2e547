// <month-grid value="2026-11-20" today max min param="date">: a month of links to ?date=….
// Emits `change` with detail {date} before following. Without scripts its content, a plain form,
// stays. Weeks start on Monday; words come from the page's language.
const DAY_MS = 86400000;
const parse = (text) => new Date(`${text}T00:00:00Z`);
const write = (day) => day.toISOString().slice(0, 10);
const shift = (day, by) => new Date(day.getTime() + by * DAY_MS);
const mondayBased = (day) => (day.getUTCDay() + 6) % 7;

function addMonths(day, by) {
  const moved = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + by, 1));
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day.getUTCDate(), last));
  return moved;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

class MonthGrid extends HTMLElement {
  connectedCallback() {
    if (!this.getAttribute("value")) return;
    this.focused = parse(this.getAttribute("value"));
    this.render();
    this.addEventListener("keydown", (event) => this.move(event));
    this.addEventListener("click", (event) => this.follow(event));
  }

  get language() {
    return document.documentElement.lang || "ru";
  }

  words(options) {
    return new Intl.DateTimeFormat(this.language, { timeZone: "UTC", ...options });
  }

  isOutside(day) {
    const text = write(day);
    return text > (this.getAttribute("max") ?? "9999") || text < (this.getAttribute("min") ?? "");
  }

  address(day) {
    const query = new URLSearchParams(location.search);
    query.set(this.getAttribute("param") ?? "date", write(day));
    return `?${query}`;
  }

  render() {
    const first = new Date(Date.UTC(this.focused.getUTCFullYear(), this.focused.getUTCMonth(), 1));
    const title = this.words({ month: "long", year: "numeric" }).format(first).replace(/\s*г\.$/, "");
    const table = element("table", { class: "calendar-grid", role: "grid", "aria-label": title });
    table.append(this.weekdays(first), this.weeks(first));
    const name = element("span", { "aria-live": "polite" }, title[0].toUpperCase() + title.slice(1));
    const head = element("div", { class: "calendar-head" }, this.turn(-1), name, this.turn(1));
    this.replaceChildren(head, table);
  }

  turn(by) {
    const icon = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(icon, "svg");
    drawing.setAttribute("class", "icon");
    drawing.setAttribute("viewBox", "0 0 24 24");
    const path = document.createElementNS(icon, "path");
    path.setAttribute("d", by < 0 ? "m15 18-6-6 6-6" : "m9 18 6-6-6-6");
    for (const [key, value] of [["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "2"], ["stroke-linecap", "round"]]) path.setAttribute(key, value);
    drawing.append(path);
    const label = this.getAttribute(by < 0 ? "previous" : "next") ?? "";
    return element("button", { type: "button", "data-turn": by, "aria-label": label, title: label }, drawing);
  }

  weekdays(first) {
    const monday = shift(first, -mondayBased(first));
    const short = this.words({ weekday: "short" });
    const long = this.words({ weekday: "long" });
    const cells = Array.from({ length: 7 }, (_, at) => shift(monday, at)).map((day) =>
      element("th", { scope: "col", "aria-label": long.format(day) }, short.format(day)),
    );
    return element("thead", {}, element("tr", {}, ...cells));
  }

  weeks(first) {
    const body = element("tbody");
    const next = addMonths(first, 1);
    for (let monday = shift(first, -mondayBased(first)); monday < next; monday = shift(monday, 7)) {
      const days = Array.from({ length: 7 }, (_, at) => shift(monday, at));
      body.append(element("tr", {}, ...days.map((day) => this.cell(day, first))));
    }
    return body;
  }

  cell(day, first) {
    if (day.getUTCMonth() !== first.getUTCMonth()) return element("td");
    const text = write(day);
    const number = String(day.getUTCDate());
    const isChosen = text === this.getAttribute("value");
    const cell = element("td", { "aria-selected": isChosen ? "true" : null });
    const shared = {
      "data-date": text,
      "data-weekend": mondayBased(day) > 4 ? "" : null,
      "aria-label": this.words({ day: "numeric", month: "long" }).format(day),
    };
    if (this.isOutside(day)) {
      cell.append(element("span", { ...shared, "aria-disabled": "true" }, number));
    } else {
      const tabindex = text === write(this.focused) ? "0" : "-1";
      const current = text === this.getAttribute("today") ? "date" : null;
      cell.append(element("a", { ...shared, href: this.address(day), tabindex, "aria-current": current }, number));
    }
    return cell;
  }

  move(event) {
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    if (!event.target.dataset.date || (!days && !months)) return;
    event.preventDefault();
    const aim = days ? shift(this.focused, days) : addMonths(this.focused, months);
    if (this.isOutside(aim)) return;
    this.focused = aim;
    this.render();
    this.querySelector(`[data-date="${write(aim)}"]`).focus();
  }

  follow(event) {
    const turn = event.target.closest("[data-turn]");
    if (turn) {
      event.stopPropagation();
      this.focused = addMonths(this.focused, Number(turn.dataset.turn));
      this.render();
      this.querySelector(`[data-turn="${turn.dataset.turn}"]`).focus();
      return;
    }
    const link = event.target.closest("a[data-date]");
    if (link) this.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { date: link.dataset.date } }));
  }
}

customElements.define("month-grid", MonthGrid);
