// Keeps the page and its files, so that it opens in a basement. Data is kept by the page itself.

const CACHE = "teplosvet-install-VERSION";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  const page = await fetch("/install", { redirect: "manual", credentials: "same-origin" });
  if (page.ok) await cache.put("/install", page);
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("teplosvet-install-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function pageFromNetwork(request) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.ok && !answer.redirected) (await caches.open(CACHE)).put("/install", answer.clone());
  return answer;
}

async function openPage(request) {
  try {
    const answer = await pageFromNetwork(request);
    if (answer.status < 500) return answer;
  } catch {
    // no network: what is kept
  }
  return (await caches.match("/install")) ?? Response.error();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/install") event.respondWith(openPage(event.request));
  else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? fetch(event.request)));
  }
});
