// Say so when a live stream is lost, and take it back when it lives again.
const line = (event) => event.target.querySelector?.("[data-live-lost]");

const lose = (event) => { const found = line(event); if (found) found.hidden = false; };
const regain = (event) => { const found = line(event); if (found) found.hidden = true; };

document.addEventListener("htmx:sse:error", (event) => {
  // The session is over: the page itself leads to the sign-in.
  if (event.detail?.status === 401) location.reload();
  else lose(event);
});
document.addEventListener("htmx:sse:after:connection", regain);
