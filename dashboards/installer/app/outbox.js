// Registrations leave in the order in which they were made. One is forgotten only when a person has seen its end.
//
// States of an entry: queued -> sent -> (photo sent) -> closed by the person; or conflict, until it is mended or given up.

import * as store from "./store.js";
import { Unreachable, read, renewToken, send, sendPhoto } from "./server.js";

const listeners = new Set();
let status = { signedOut: false, reachable: true };

export const onChange = (listener) => listeners.add(listener);
export const state = () => status;

async function tell(changes = {}) {
  status = { ...status, ...changes };
  const all = await store.entries();
  for (const listener of listeners) listener(all, status);
}

// `mended` is the conflict whose place it takes.
export async function add(kind, body, photo, mended = null) {
  const item = {
    request_id: body.request_id, kind, body, photo, made_at: new Date().toISOString(),
    state: "queued", problem: null, answer: null, photo_problem: null,
  };
  await (mended === null ? store.keep(item) : store.replace(mended, item));
  await tell();
  flush();
  return item;
}

export async function giveUp(id) {
  await store.forget(id);
  await tell();
}

function address(item) {
  return item.kind === "exchange"
    ? `/api/v1/devices/${encodeURIComponent(item.body.device)}/exchange`
    : "/api/v1/installations";
}

async function sendEntry(item) {
  let answer = await send(address(item), item.body, item.request_id);
  if (answer.status === 403 && (await renewToken())) answer = await send(address(item), item.body, item.request_id);
  if (answer.status === 401) return "signed out";
  if (answer.ok) await store.keep({ ...item, state: "sent", answer: answer.body, problem: null });
  else await store.keep({ ...item, state: "conflict", problem: answer.body ?? { title: String(answer.status) } });
  return "next";
}

async function sendPicture(item) {
  const answer = await sendPhoto(`/api/v1/installations/${item.answer.installation_id}/photo`, item.photo);
  if (answer.status === 401) return "signed out";
  await store.keep({ ...item, photo: null, photo_problem: answer.ok ? null : (answer.body ?? { title: String(answer.status) }) });
  return "next";
}

async function drain() {
  try {
    for (const item of await store.entries()) {
      if (item.state === "queued" && (await sendEntry(item)) === "signed out") return tell({ signedOut: true, reachable: true });
    }
    for (const item of await store.entries()) {
      if (item.state === "sent" && item.photo && (await sendPicture(item)) === "signed out") return tell({ signedOut: true, reachable: true });
    }
    return tell({ signedOut: false, reachable: true });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return tell({ reachable: false });
  }
}

// Two tabs of one phone must not send the same entry at once.
export const flush = () => navigator.locks.request("teplosvet-outbox", drain);

export async function look(item) {
  const since = encodeURIComponent(item.body.installed_at);
  return read(`/api/v1/devices/${encodeURIComponent(item.answer.device)}/check?since=${since}`);
}

// Changes are applied to what is stored now: the outbox may have sent it meanwhile.
export async function change(id, changes) {
  await navigator.locks.request("teplosvet-outbox", async () => {
    const item = await store.entry(id);
    if (item) await store.keep({ ...item, ...changes });
  });
  await tell();
}

export const refresh = () => tell();
