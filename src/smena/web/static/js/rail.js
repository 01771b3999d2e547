// On a narrow screen the row of pages scrolls: begin with the open one in sight.
for (const page of document.querySelectorAll(".tabs [aria-current], .subtabs [aria-current]")) {
  const row = page.parentElement;
  row.scrollLeft += page.getBoundingClientRect().left - row.getBoundingClientRect().left - 40;
}

// Fold and unfold the rail; a cookie keeps it for the next page.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-rail-fold]")) return;
  const root = document.documentElement;
  const rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
  const secure = location.protocol === "https:" ? "; secure" : "";
  root.dataset.rail = rail;
  document.cookie = `rail=${rail}; path=/; max-age=31536000; samesite=lax${secure}`;
});
