// The theme changes at once; its cookie tells the server for the next page. Without this script the
// buttons submit their form.
const YEAR = 60 * 60 * 24 * 365;

document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-theme-choice]");
  if (!chosen) return;
  event.preventDefault();
  const theme = chosen.dataset.themeChoice;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
});
