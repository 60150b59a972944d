// The installer's page: one form, the outbox under it, and the cards of what was sent.

import * as form from "./form.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { watch } from "./live.js";
import { small } from "./photo.js";
import { fromCamera, fromPicture } from "./scan.js";
import { Unreachable, read } from "./server.js";
import { say } from "./say.js";

const page = document.getElementById("installer");
const find = (selector) => page.querySelector(selector);
const libraryUrl = page.dataset.qrLibrary;
let looking = null;

async function learn() {
  const kept = { buildings: (await store.known("buildings")) ?? [], types: (await store.known("types")) ?? [] };
  await form.know(kept);
  try {
    const [buildings, types] = await Promise.all([read("/api/v1/places?limit=1000"), read("/api/v1/device-types")]);
    if (!buildings.ok || !types.ok) return;
    const found = { buildings: buildings.body, types: types.body };
    await store.remember("buildings", found.buildings);
    await store.remember("types", found.types);
    await form.know(found);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  }
}

// scanning

async function scan() {
  const video = find("video");
  looking = new AbortController();
  find("[data-camera]").hidden = false;
  try {
    const text = await fromCamera(video, libraryUrl, looking.signal);
    if (text !== null) await labelled(text);
  } catch {
    find("[data-camera-lost]").hidden = false;
  } finally {
    stopLooking();
  }
}

function stopLooking() {
  looking?.abort();
  find("[data-camera]").hidden = true;
}

async function scanPicture(file) {
  let text = null;
  try {
    text = await fromPicture(file, libraryUrl);
  } catch {
    text = null;
  }
  if (text === null) form.wrong("device", say("no_code"));
  else await labelled(text);
}

async function labelled(text) {
  const found = form.label(text);
  if (!found) return;
  try {
    const answer = await read(`/api/v1/devices/${encodeURIComponent(found.device)}/installations`);
    if (answer.ok && answer.body.installations.length) form.prefill(answer.body.installations[0]);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  }
}

// photo

async function photograph(file) {
  const shown = find("[data-photo]");
  try {
    const { blob, canvas } = await small(file);
    form.setPhoto(blob);
    const copy = shown.getContext("2d");
    shown.width = canvas.width;
    shown.height = canvas.height;
    copy.drawImage(canvas, 0, 0);
    shown.hidden = false;
    form.wrong("photo", "");
  } catch {
    form.setPhoto(null);
    shown.hidden = true;
    form.wrong("photo", say("no_photo"));
  }
}

// sending

async function submit(event) {
  event.preventDefault();
  const button = find("[data-send]");
  if (button.disabled) return;
  const made = form.read();
  if (made === null) {
    page.querySelector("[aria-invalid]")?.focus();
    return;
  }
  button.disabled = true;
  try {
    await outbox.add(made.kind, made.body, made.photo, mending);
    mending = null;
    await form.clear();
    find("[data-photo]").hidden = true;
    find("[data-entries]").scrollIntoView({ block: "nearest" });
  } catch {
    find("[data-problem]").textContent = say("phone_full");
  } finally {
    button.disabled = false;
  }
}

// entries

function card(item) {
  const node = document.getElementById("entry").content.cloneNode(true).firstElementChild;
  node.dataset.entry = item.request_id;
  node.querySelector("[data-device]").textContent = item.answer?.device ?? item.body.device;
  return node;
}

// What a person can do about an entry in each state.
const ACTS = {
  queued: {},
  conflict: { mend, "give-up": (item) => confirm(say("sure")) && outbox.giveUp(item.request_id) },
  sent: { close: (item) => outbox.giveUp(item.request_id) },
};

function showActs(node, item) {
  for (const button of node.querySelectorAll("[data-act]")) {
    const work = ACTS[item.state][button.dataset.act];
    button.hidden = !work;
    button.onclick = work ? () => work(item) : null;
  }
}

function showCredentials(node, item) {
  const given = item.answer?.credentials;
  const place = node.querySelector("[data-credentials]");
  place.hidden = !given;
  if (given) {
    for (const name of ["username", "password", "mqtt_url"]) place.querySelector(`[data-${name.replace("_", "-")}]`).textContent = given[name] ?? "";
  }
}

function showEntry(node, item) {
  showActs(node, item);
  node.querySelector("[data-photo-waits]").hidden = !(item.state === "sent" && item.photo);
  node.querySelector("[data-photo-problem]").textContent = item.photo_problem ? said(item.photo_problem) : "";
  if (node.dataset.shown === item.state) return;
  node.dataset.shown = node.dataset.state = item.state;
  const verdict = node.querySelector("[data-verdict]");
  if (item.state === "queued") verdict.textContent = say("queued");
  if (item.state === "conflict") verdict.textContent = said(item.problem);
  if (item.state === "sent") {
    node.dataset.state = "waiting";
    showCredentials(node, item);
    watch(node, item);
  }
}

const said = (problem) =>
  (problem.errors ?? []).map((each) => each.message).join(" ") || problem.detail || problem.title || say("refused");

let mending = null;

// It stays in the outbox until what replaces it is there.
function mend(item) {
  mending = item.request_id;
  form.reopen(item);
  find("form").scrollIntoView();
}

function show(all, status) {
  const place = find("[data-entries]");
  const nodes = new Map([...place.children].map((node) => [node.dataset.entry, node]));
  for (const item of [...all].reverse()) {
    const node = nodes.get(item.request_id) ?? place.appendChild(card(item));
    nodes.delete(item.request_id);
    showEntry(node, item);
  }
  for (const node of nodes.values()) node.remove();
  const waiting = all.filter((each) => each.state === "queued" || each.photo).length;
  const bar = find("[data-bar]");
  bar.hidden = waiting === 0 && !status.signedOut;
  find("[data-waiting]").textContent = waiting ? say(status.reachable ? "sending" : "waiting_for_network", { n: waiting }) : "";
  find("[data-sign-in]").hidden = !status.signedOut;
}

// start

async function start() {
  outbox.onChange(show);
  find("form").addEventListener("submit", submit);
  find("[data-scan]").addEventListener("click", scan);
  find("[data-stop]").addEventListener("click", stopLooking);
  find("[data-scan-picture]").addEventListener("change", (event) => event.target.files[0] && scanPicture(event.target.files[0]));
  find("[name=photo]").addEventListener("change", (event) => event.target.files[0] && photograph(event.target.files[0]));
  find("[name=device]").addEventListener("change", (event) => labelled(event.target.value));
  find("[name=building]").addEventListener("change", form.showEntrances);
  find("[name=type]").addEventListener("change", form.showRegisters);
  for (const radio of page.querySelectorAll("[name=kind]")) radio.addEventListener("change", form.showRegisters);
  addEventListener("online", () => { outbox.flush(); learn(); });
  setInterval(async () => (await store.entries()).some((each) => each.state === "queued" || each.photo) && outbox.flush(), 10000);
  await learn();
  await outbox.refresh();
  const asked = new URL(location.href);
  if (asked.searchParams.has("d")) await labelled(asked.href);
  outbox.flush();
  page.dataset.ready = "yes";
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/install/worker.js", { scope: "/install" });
  navigator.storage?.persist?.();
}

start();
