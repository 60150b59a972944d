// The form of one device: what is typed, what the phone knows, and what is wrong with it, beside the field.

import * as store from "./store.js";
import { inKwh, typed } from "./numbers.js";
import { labelOf } from "./scan.js";
import { say, written } from "./say.js";

const form = document.getElementById("device");
const field = (name) => form.elements.namedItem(name);
let knowledge = { buildings: [], types: [] };
let scanned = { device: null, claim: null };
let photo = null;
let adopting = null;

export const setPhoto = (blob) => { photo = blob; };
export const kind = () => form.elements.namedItem("kind").value;

function options(select, items, label, chosen) {
  const first = new Option(say("choose"), "");
  select.replaceChildren(first, ...items.map(([value, text]) => new Option(text, value, false, value === chosen)));
}

export async function know(found) {
  knowledge = found;
  const last = (await store.known("last_place")) ?? {};
  const building = field("building");
  const wanted = building.value || last.building || (found.buildings.length === 1 ? found.buildings[0].building : "");
  options(building, found.buildings.map((each) => [each.building, each.title || each.building]), null, wanted);
  const types = found.types.map((each) => [`${each.device_class} ${each.model}`, `${say(`carrier.${each.device_class}`)} · ${each.model}`]);
  options(field("type"), types, null, field("type").value || last.type);
  showEntrances();
  showRegisters();
}

const building = () => knowledge.buildings.find((each) => each.building === field("building").value);
const type = () => knowledge.types.find((each) => `${each.device_class} ${each.model}` === field("type").value);

export function showEntrances() {
  const place = form.querySelector("[data-entrances]");
  const names = building()?.entrances ?? [];
  place.closest("fieldset").hidden = names.length === 0;
  const before = chosenEntrance();
  place.replaceChildren(...names.map((name) => {
    const label = document.createElement("label");
    label.className = "chip";
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: "entrance", value: name, checked: name === before });
    label.append(radio, document.createTextNode(name));
    return label;
  }));
}

const chosenEntrance = () => form.querySelector("[name=entrance]:checked")?.value ?? null;

const titled = (quantity) => say(`quantity.${quantity.quantity}`);

function registerField(prefix, quantity) {
  const template = document.getElementById("register").content.cloneNode(true);
  const box = template.querySelector(".field");
  const name = `${prefix}:${quantity.quantity}`;
  const input = box.querySelector("input");
  input.name = name;
  input.id = name;
  box.querySelector("label").htmlFor = name;
  box.querySelector("label").textContent =
    prefix === "closing" ? say("closing_register", { name: titled(quantity) }) : say("start_register", { name: titled(quantity) });
  const unit = box.querySelector("select");
  unit.name = `${name}:unit`;
  unit.setAttribute("aria-label", say("unit_of", { name: titled(quantity) }));
  const units = quantity.unit === "kWh" ? ["kWh", "MWh", "Gcal", "GJ"] : [quantity.unit];
  unit.replaceChildren(...units.map((each) => new Option(say(`unit.${each}`) === `unit.${each}` ? each : say(`unit.${each}`), each)));
  unit.disabled = units.length === 1;
  const echo = () => {
    const value = typed(input.value);
    box.querySelector(".echo").textContent =
      value !== null && unit.value !== quantity.unit ? say("equals", { value: written(inKwh(value, unit.value)) }) : "";
  };
  input.addEventListener("input", echo);
  unit.addEventListener("change", echo);
  return box;
}

export function showRegisters() {
  const registers = type()?.registers ?? [];
  const kept = new Map([...form.querySelectorAll("[data-registers] input, [data-registers] select")].map((each) => [each.name, each.value]));
  for (const prefix of ["closing", "start"]) {
    const place = form.querySelector(`[data-registers=${prefix}]`);
    const shown = prefix === "start" || kind() === "exchange";
    place.replaceChildren(...(shown ? registers.map((each) => registerField(prefix, each)) : []));
  }
  for (const each of form.querySelectorAll("[data-registers] input, [data-registers] select")) {
    if (kept.has(each.name)) each.value = kept.get(each.name);
  }
  form.querySelector("[data-place]").hidden = kind() === "exchange";
}

export function label(text) {
  const found = labelOf(text);
  if (found) {
    scanned = found;
    field("device").value = found.device;
    wrong("device", "");
  } else wrong("device", say("other_system"));
  return found;
}

// What the registry knows of a device fills the form, where nothing is typed yet.
export function prefill(device) {
  const types = [...field("type").options].map((each) => each.value);
  const wanted = `${device.device_class} ${device.model}`;
  if (types.includes(wanted)) field("type").value = wanted;
  if (device.removed_at === null) {
    for (const radio of form.elements.namedItem("kind")) radio.checked = radio.value === "exchange";
  } else if (device.serial && !field("serial").value) field("serial").value = device.serial;
  showRegisters();
}

export function adopt(heard) {
  adopting = heard;
  if (!field("device").value) field("device").value = heard.identity;
}

export function wrong(name, message) {
  const input = form.querySelector(`[name="${CSS.escape(name)}"]`);
  const place = input?.closest(".field, fieldset")?.querySelector(".wrong");
  if (!place) return false;
  place.textContent = message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  return true;
}

export function clearWrong() {
  for (const place of form.querySelectorAll(".wrong")) place.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  form.querySelector("[data-problem]").textContent = "";
}

function registersOf(prefix) {
  const found = {};
  let sound = true;
  for (const each of type()?.registers ?? []) {
    const name = `${prefix}:${each.quantity}`;
    const text = field(name)?.value.trim() ?? "";
    if (!text && each.optional) continue;
    const value = typed(text);
    if (value === null) {
      wrong(name, text ? say("no_number") : say("needed"));
      sound = false;
    } else found[each.quantity] = each.unit === "kWh" ? inKwh(value, field(`${name}:unit`).value) : value;
  }
  return sound ? found : null;
}

function needed(names) {
  const missing = names.filter((name) => !field(name).value.trim());
  for (const name of missing) wrong(name, say("needed"));
  return missing.length === 0;
}

// The entry that goes into the outbox, or null where a field has to be mended.
export function read() {
  clearWrong();
  const isExchange = kind() === "exchange";
  let sound = needed(isExchange ? ["device", "type", "serial"] : ["device", "type", "serial", "building"]);
  if (sound && !labelOf(field("device").value)) sound = !wrong("device", say("other_system"));
  const start = registersOf("start");
  const closing = isExchange ? registersOf("closing") : {};
  if (!sound || start === null || closing === null) return null;
  const now = new Date().toISOString();
  const device = field("device").value.trim();
  const body = { request_id: crypto.randomUUID(), device, serial: field("serial").value.trim(), start_registers: start };
  if (field("calibration_due").value) body.calibration_due = field("calibration_due").value;
  if (isExchange) Object.assign(body, { closed_at: now, installed_at: now, closing_registers: closing });
  else Object.assign(body, placed(now, device));
  return { kind: kind(), body, photo };
}

function placed(now, device) {
  const floor = field("floor").value.trim();
  return {
    class: type().device_class, model: type().model, building: building().building, entrance: chosenEntrance(),
    floor: floor === "" ? null : Number(floor), zone: field("zone").value.trim(), installed_at: now,
    claim: scanned.device === device ? scanned.claim : null,
    identities: adopting ? [{ adapter: adopting.adapter, identity: adopting.identity }] : [],
  };
}

// A problem of the server goes beside its fields; what belongs to none stands above the button.
export function explain(problem) {
  const rest = [];
  for (const each of problem.errors ?? []) {
    const names = [each.field, each.field.replace("start_registers.", "start:").replace("closing_registers.", "closing:")];
    if (each.field === "class" || each.field === "model") names.push("type");
    if (!names.some((name) => wrong(name, each.message))) rest.push(each.message);
  }
  if (!(problem.errors ?? []).length) rest.push(problem.detail ?? problem.title ?? "");
  form.querySelector("[data-problem]").textContent = rest.join(" ");
}

// A conflict is opened again with everything that was typed.
export function reopen(item) {
  const body = item.body;
  for (const radio of form.elements.namedItem("kind")) radio.checked = radio.value === item.kind;
  for (const name of ["device", "serial", "building", "floor", "zone", "calibration_due"]) field(name).value = body[name] ?? "";
  if (body.class) field("type").value = `${body.class} ${body.model}`;
  scanned = { device: body.device, claim: body.claim ?? null };
  photo = item.photo;
  showEntrances();
  for (const radio of form.querySelectorAll("[name=entrance]")) radio.checked = radio.value === body.entrance;
  showRegisters();
  for (const [prefix, values] of [["start", body.start_registers], ["closing", body.closing_registers ?? {}]]) {
    for (const [quantity, value] of Object.entries(values)) {
      const input = field(`${prefix}:${quantity}`);
      if (input) input.value = String(value);
    }
  }
  clearWrong();
  explain(item.problem ?? {});
}

export async function clear() {
  const place = { building: field("building").value, type: field("type").value, entrance: chosenEntrance() };
  await store.remember("last_place", place);
  form.reset();
  photo = null;
  adopting = null;
  scanned = { device: null, claim: null };
  field("building").value = place.building;
  field("type").value = place.type;
  for (const input of form.querySelectorAll("[data-registers] input")) input.value = "";
  showEntrances();
  for (const radio of form.querySelectorAll("[name=entrance]")) radio.checked = radio.value === place.entrance;
  showRegisters();
  clearWrong();
}
