"use strict";

const REFRESH_MS = 2000;
const byId = (id) => document.getElementById(id);

// Everything shown came from outside: it is only ever set as text.
function cell(text, className) {
  const element = document.createElement("td");
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function fill(id, things, makeRow) {
  byId(id).replaceChildren(...things.map(makeRow));
}

function row(...cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}

function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}

const time = (seconds) => new Date(seconds * 1000).toLocaleString();

function showSummary(state) {
  const waiting = state.deliveries.due + state.deliveries.withheld + state.deliveries.waiting;
  const ahead = state.clock.offset_seconds ? `, ${Math.round(state.clock.offset_seconds)} s ahead` : "";
  byId("summary").textContent =
    `${state.clock.now}${ahead} · ${waiting} events waiting, ${state.deliveries.delivered} delivered`;
  const faults = state.faults.map((fault) => item(JSON.stringify(fault)));
  byId("faults").replaceChildren(...(faults.length ? faults : [item("none")]));
}

function intentRow(intent) {
  const status = intent.status === "succeeded" ? "good" : intent.status === "canceled" ? "bad" : "";
  return row(
    cell(intent.id),
    cell(intent.metadata.order_number || ""),
    cell(`${intent.amount} ${intent.currency.toUpperCase()}`),
    cell(intent.status, status),
    cell(time(intent.created)),
  );
}

function eventRow(event) {
  const told = event.deliveries.map((one) => `${one.state} (${one.attempts}${one.outcome ? ", " + one.outcome : ""})`);
  const pending = event.deliveries.some((one) => one.state !== "delivered");
  return row(cell(event.id), cell(event.type), cell(event.about), cell(told.join("; "), pending ? "bad" : "good"));
}

function mailItem(mail) {
  const element = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = `${mail.subject || "(no subject)"} · ${mail.to}`;
  button.addEventListener("click", () => {
    const plain = document.createElement("pre");
    plain.textContent = mail.text;
    byId("mail").srcdoc = mail.html || plain.outerHTML;
  });
  element.append(button);
  return element;
}

let shownMails = "";

async function refresh() {
  try {
    const response = await fetch("/_page/overview");
    const overview = await response.json();
    showSummary(overview.state);
    fill("intents", overview.intents, intentRow);
    fill("events", overview.events, eventRow);
    fill("sms", overview.sms, (sms) => row(cell(sms.to), cell(sms.body), cell(sms.at)));
    const mails = overview.mails.map((mail) => mail.id).join();
    if (mails !== shownMails) {
      // Rebuilding the list would take the keyboard focus away each time.
      shownMails = mails;
      fill("mails", overview.mails, mailItem);
    }
  } catch (error) {
    byId("summary").textContent = `The sandbox doesn't answer: ${error.message}`;
  }
  setTimeout(refresh, REFRESH_MS);
}

refresh();
