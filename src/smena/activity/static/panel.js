// The panel around the lanes: search by name, folding of groups. Both live in this browser only and
// are put back after each live change of the table.
const STORED = "smena.activity.folded";
const folded = new Set(JSON.parse(localStorage.getItem(STORED) ?? "[]"));

const table = () => document.querySelector(".day-table");
const field = () => document.querySelector(".day-bar [data-search]");
const plain = (text) => text.trim().toLowerCase().replaceAll("ё", "е");

function fold() {
  for (const button of document.querySelectorAll("[data-fold]")) {
    const isFolded = folded.has(button.dataset.fold);
    button.setAttribute("aria-expanded", String(!isFolded));
    button.closest("tbody").classList.toggle("is-folded", isFolded);
  }
}

function search() {
  const wanted = plain(field()?.value ?? "");
  table().classList.toggle("is-searched", wanted !== "");
  let found = 0;
  for (const row of document.querySelectorAll(".day-row")) {
    const isFound = wanted !== "" && plain(row.dataset.name).includes(wanted);
    row.classList.toggle("is-found", isFound);
    found += isFound;
  }
  document.querySelector(".day-nobody").hidden = wanted === "" || found > 0;
}

function restore() {
  if (!table()) return;
  table().classList.add("has-folds");
  table().style.setProperty("--hours", table().dataset.hours);
  fold();
  if (field()?.value) search();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fold]");
  if (!button) return;
  const id = button.dataset.fold;
  if (!folded.delete(id)) folded.add(id);
  localStorage.setItem(STORED, JSON.stringify([...folded]));
  fold();
});

document.addEventListener("input", (event) => {
  if (event.target === field()) search();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target !== field() || !field().value) return;
  event.preventDefault();
  field().value = "";
  search();
});

document.addEventListener("htmx:after:swap", restore);
restore();
