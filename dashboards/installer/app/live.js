// What became of a registration: the card that turns green or says the one thing to mend.

import * as outbox from "./outbox.js";
import { Unreachable } from "./server.js";
import { say } from "./say.js";

const EVERY_MS = 2000;
const MARKS = { waiting: "…", good: "✓", wrong: "✕" };
const watching = new Map();

function line(check) {
  const item = document.createElement("li");
  item.className = `check ${check.state}`;
  const mark = document.createElement("span");
  mark.className = "sign";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = MARKS[check.state];
  const text = document.createElement("span");
  text.append(check.message);
  if (check.what_to_do) {
    const todo = document.createElement("strong");
    todo.textContent = check.what_to_do;
    text.append(document.createElement("br"), todo);
  }
  item.append(mark, text);
  return item;
}

function show(card, item, found) {
  const seconds = Math.round((Date.now() - Date.parse(item.sent_at)) / 1000);
  const checks = card.querySelector("[data-checks]");
  checks.replaceChildren(...found.checks.map(line));
  card.dataset.state = found.state;
  const head = card.querySelector("[data-verdict]");
  const words = found.state === "waiting" ? say("waiting", { n: seconds }) : say(found.state);
  if (head.textContent !== words) head.textContent = words;
}

async function renew(card, item) {
  if (!card.isConnected) return watching.delete(item.request_id);
  if (!document.hidden) {
    try {
      const answer = await outbox.look(item);
      if (answer.ok) show(card, item, answer.body);
      else if (answer.status === 401) card.querySelector("[data-verdict]").textContent = say("signed_out");
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      card.querySelector("[data-verdict]").textContent = say("check_later");
    }
  }
  return setTimeout(() => renew(card, item), EVERY_MS);
}

export function watch(card, item) {
  if (watching.has(item.request_id)) return;
  watching.set(item.request_id, true);
  item.sent_at ??= new Date().toISOString();
  renew(card, item);
}
