// The drawer: a click anywhere on its row opens it, focus goes in and comes back, closing restores
// the address of the page behind. Without this script opening and closing are plain links.
const drawer = () => document.getElementById("drawer");
let opener = null;

function close(link) {
  drawer().replaceChildren();
  history.pushState({ htmx: true }, "", link.getAttribute("href"));
  for (const row of document.querySelectorAll("tr.is-selected")) row.classList.remove("is-selected");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

document.addEventListener("click", (event) => {
  const closing = event.target.closest?.("[data-drawer-close]");
  if (closing) {
    event.preventDefault();
    close(closing);
    return;
  }
  const row = event.target.closest?.("tr");
  const link = row?.querySelector("[data-open]");
  const asksForMore = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
  if (!link || asksForMore || event.target.closest("a, button, input, label, select, summary")) return;
  if (!getSelection().isCollapsed) return;
  link.click();
});

document.addEventListener("htmx:before:request", (event) => {
  const link = event.target.closest?.("[data-open]");
  if (link) opener = link;
});

document.addEventListener("htmx:after:swap", () => {
  const title = document.getElementById("drawer-title");
  if (!title || title.dataset.met) return;
  title.dataset.met = "1";
  if (!opener) return;
  for (const row of document.querySelectorAll("tr.is-selected")) row.classList.remove("is-selected");
  opener.closest("tr")?.classList.add("is-selected");
  title.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const link = drawer()?.querySelector("[data-drawer-close]");
  if (link) {
    event.preventDefault();
    link.click();
  }
});
