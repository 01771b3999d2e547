// The window of consent tells the page that opened it what came of it, and closes.
const told = JSON.parse(document.getElementById("told").dataset.told);
if (window.opener) {
  window.opener.postMessage(told, "*");
  window.close();
}
