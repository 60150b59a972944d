// What every page needs of a script: it says when the network is gone, and sends a form once.
"use strict";

// On a phone the menu is a strip: it shows where one is.
const menu = document.querySelector(".sections");
const here = menu?.querySelector("[aria-current]");
if (here) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;

const offline = document.querySelector("[data-offline]");

function tell() {
  offline.hidden = navigator.onLine;
}

addEventListener("online", tell);
addEventListener("offline", tell);
tell();

// A second tap on the same button sends nothing; coming back by the browser's button frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
