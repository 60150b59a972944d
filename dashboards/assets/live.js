// Renews the newest readings every two seconds while somebody looks at them.
"use strict";

const card = document.querySelector("[data-live]");
const readings = card.querySelector("[data-live-readings]");
const lost = card.querySelector("[data-live-lost]");

// A keyboard user who stands on a link of the table stays on it.
function replace(html) {
  const focused = readings.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  readings.innerHTML = html;
  if (focused !== null) readings.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function renew() {
  if (!document.hidden) {
    try {
      const answer = await fetch(card.dataset.live, { signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      replace(await answer.text());
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
  }
  setTimeout(renew, 2000);
}

setTimeout(renew, 2000);
