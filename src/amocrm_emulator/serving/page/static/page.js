// Keeps what a page shows fresh, and sends a choice as soon as it is made. All else are plain forms.

const PAUSE = 3000;

document.documentElement.classList.add("scripted");

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form) form.requestSubmit();
});

// What a person reads, writes or has opened is left alone until they are done with it.
function isInUse(region) {
  const open = region.querySelector("details[open]");
  const written = [...region.querySelectorAll("input")].some((one) => one.value !== one.defaultValue);
  return Boolean(open) || written || region.contains(document.activeElement);
}

function replace(fresh) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const twin = fresh.getElementById(region.id);
    if (twin && !isInUse(region) && twin.innerHTML !== region.innerHTML) {
      region.replaceChildren(...twin.childNodes);
    }
  }
}

async function refresh() {
  const stale = document.querySelector("[data-stale]");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

async function keepFresh() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(keepFresh, PAUSE);
}

setTimeout(keepFresh, PAUSE);
