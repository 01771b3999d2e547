// Fold and unfold the rail; a cookie keeps it for the next page.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-rail-fold]")) return;
  const root = document.documentElement;
  const rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
  const secure = location.protocol === "https:" ? "; secure" : "";
  root.dataset.rail = rail;
  document.cookie = `rail=${rail}; path=/; max-age=31536000; samesite=lax${secure}`;
});
