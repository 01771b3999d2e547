// Shortcuts. They only press what is on the page: links and fields marked with data attributes. Off
// inside fields, and switchable; `?` always opens the list, where the switch is.
const STORED = "smena.keys";
const SEQUENCE_MS = 1200;
let goingSince = 0;

const isOn = () => localStorage.getItem(STORED) !== "off";
const find = (selector) => document.querySelector(selector);
const press = (selector) => find(selector)?.click();
const help = () => document.getElementById("keys");

function rows() {
  return [...document.querySelectorAll("tr [data-open], [data-row]")].filter((row) => row.offsetParent);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const ACTIONS = {
  "/": () => find("[data-search]")?.focus(),
  j: () => step(1),
  k: () => step(-1),
  "[": () => press('[data-day="previous"]'),
  "]": () => press('[data-day="next"]'),
  t: () => press('[data-day="today"]'),
  g: () => { goingSince = performance.now(); },
};

// Russian letters of the same keys, so that nobody has to change the layout.
const LATIN = { "о": "j", "л": "k", "х": "[", "ъ": "]", "е": "t", "п": "g", "ф": "a", "к": "r", "ц": "w", "з": "p", "ы": "s", "д": "l" };

function isWriting(target) {
  return target.closest?.("input, select, textarea, [contenteditable], dialog");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    help()?.showModal();
    return;
  }
  if (!isOn()) return;
  const key = LATIN[event.key] ?? event.key;
  const isSecond = performance.now() - goingSince < SEQUENCE_MS && goingSince > 0;
  goingSince = 0;
  if (isSecond) {
    press(`[data-go="${CSS.escape(key)}"]`);
    return;
  }
  const action = ACTIONS[key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-help]")) help()?.showModal();
});

const keysSwitch = find("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = isOn();
  keysSwitch.addEventListener("change", () => localStorage.setItem(STORED, keysSwitch.checked ? "on" : "off"));
}
