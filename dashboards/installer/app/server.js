// Talking to the server: an answer, or Unreachable.

export class Unreachable extends Error {}

const PATIENCE_MS = 15000;

function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

async function call(path, options = {}) {
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...options.headers };
  if (options.method && options.method !== "GET") headers["X-CSRF-Token"] = token();
  let answer;
  try {
    answer = await fetch(path, { ...options, headers, redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Unreachable();
  }
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable();
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  return { status: answer.status, ok: answer.ok, body: isJson ? await answer.json() : null };
}

export const read = (path) => call(path);

export const send = (path, body, key) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });

export function sendPhoto(path, photo) {
  const form = new FormData();
  form.append("file", photo, "photo.jpg");
  return call(path, { method: "POST", body: form });
}

// A new sign-in has a new token: the page is asked for it again.
export async function renewToken() {
  try {
    const answer = await fetch("/install", { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
    const mine = document.querySelector('meta[name="csrf-token"]');
    if (!fresh || !mine || fresh === mine.content) return false;
    mine.content = fresh;
    return true;
  } catch {
    return false;
  }
}
