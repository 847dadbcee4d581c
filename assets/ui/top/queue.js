/** The work of all projects: what runs, what waits and in which order, what halted and may go on. */
import { state, on } from "../app/store.js";
import { openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../app/apply_poll.js";
import { el, pressed, setAttribute, setText } from "../kit/dom.js";
import { isWorking, jobProgress, reached, resumeWord } from "./job_words.js";

const PARTS = [
  ["working", "Running"],
  ["waiting", "Waiting"],
  ["halted", "Stopped"],
];
let list = null;
let sending = false;
let live = new Map(); // job id -> what changes without a new list: {words, bar}

export const queueOpen = () => Boolean(list?.matches(":popover-open"));

export function mountQueue(parts) {
  list = document.body.appendChild(
    el("section", { class: "studio queue-list", popover: "auto", "aria-label": "The work of all projects" }),
  );
  parts.queue.popoverTargetElement = list;
  list.addEventListener("beforetoggle", (event) => event.newState === "open" && show());
  on("queue received", () => {
    const count = state.queue.working.length + state.queue.waiting.length;
    parts["queue-count"].hidden = !count;
    setText(parts["queue-count"], String(count));
    setAttribute(
      parts.queue,
      "aria-label",
      count ? `Queue: ${count} running or waiting` : "Queue: nothing is running",
    );
    if (queueOpen()) show();
  });
}

/** Make the rows anew only when they say something else; progress goes into those that are there. */
function show() {
  if (pressed(list)) return;
  const { queue } = state;
  const signature = JSON.stringify(queue, (key, value) =>
    ["done", "total", "phase", "doing", "unit", "message"].includes(key) ? undefined : value,
  );
  if (list.dataset.signature !== signature) {
    const keep = list.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    list.dataset.signature = signature;
    live = new Map();
    const parts = PARTS.filter(([name]) => queue[name].length).flatMap(([name, title]) => [
      el("h3", {}, title),
      el("ol", {}, queue[name].map(row)),
    ]);
    list.replaceChildren(
      el("h2", {}, "Queue"),
      ...(parts.length ? parts : [el("p", { class: "queue-empty" }, "Nothing is running or waiting.")]),
    );
    if (keep) focusAgain(keep);
  }
  for (const entry of [...queue.working, ...queue.halted]) progress(entry);
}

function focusAgain(keep) {
  const button =
    list.querySelector(`[data-keep="${keep}"]:enabled`) ??
    list.querySelector(`[data-job="${keep.split(" ")[0]}"] button:enabled`);
  (button ?? list.querySelector("button:enabled"))?.focus();
}

function row(entry) {
  const words = el("span", { class: "queue-state" }, entry.state === "queued" ? waits(entry) : "");
  const bar = isWorking(entry)
    ? el("progress", { class: "job-bar", "aria-label": `Progress of ${name(entry)}` })
    : null;
  live.set(entry.id, { words, bar });
  return el(
    "li",
    { data: { job: entry.id, state: entry.state } },
    el(
      "div",
      { class: "queue-text" },
      el("div", { class: "queue-name" }, el("b", {}, entry.title), words),
      bar,
      el(
        "button",
        {
          type: "button",
          class: "queue-where",
          title: "Show this round",
          data: { keep: `${entry.id} open` },
          on: { click: () => open(entry) },
        },
        `${entry.round_name} · ${entry.project_name}`,
      ),
    ),
    el("div", { class: "queue-buttons", role: "group", "aria-label": name(entry) }, buttons(entry)),
  );
}

const name = (entry) => `${entry.title}, ${entry.project_name}, ${entry.round_name}`;
const waits = (entry) => (entry.behind ? `after ${entry.behind}` : "");

function progress(entry) {
  const { words, bar } = live.get(entry.id);
  setText(
    words,
    isWorking(entry) ? jobProgress(entry) : [halted(entry), entry.message].filter(Boolean).join(". "),
  );
  words.title = entry.message;
  if (bar) Object.assign(bar, { max: entry.total || 1, value: entry.done });
}

const SAID = { paused: "paused", stopped: "stopped", interrupted: "was interrupted", error: "failed" };
const halted = (job) =>
  (job.paused_for === "room" ? "waiting for disk space" : SAID[job.state]) + reached(job);

function buttons(entry) {
  const make = (action, label, words, request, enabled = true) =>
    el(
      "button",
      {
        type: "button",
        class: label.length > 1 ? "button small" : "quiet arrow",
        title: words,
        "aria-label": `${words}: ${name(entry)}`,
        disabled: !enabled,
        data: { keep: `${entry.id} ${words}`, action: words.toLowerCase().replaceAll(" ", "-") },
        on: { click: (event) => act(action, { job: entry.id, ...request }, event) },
      },
      label,
    );
  if (entry.state === "queued") {
    return [
      make("reorder", "⤒", "To the front", { direction: "first" }, entry.can_rise),
      make("reorder", "↑", "Up", { direction: "up" }, entry.can_rise),
      make("reorder", "↓", "Down", { direction: "down" }, entry.can_sink),
      make("stop", "Cancel", "Cancel"),
    ];
  }
  if (isWorking(entry))
    return [
      entry.state === "running" ? make("pause", "Pause", "Pause") : null,
      make("stop", "Stop", "Stop", {}, entry.state !== "stopping"),
    ];
  const away = ["paused", "interrupted"].includes(entry.state) ? make("stop", "Cancel", "Cancel") : null;
  return [make("resume", resumeWord(entry), resumeWord(entry)), away];
}

/** One click is one move: a second one so soon would meet another row, since the first has moved them. */
async function act(handler, request, event) {
  if (sending || event.detail > 1) return;
  move(true);
  try {
    await write(handler, request);
    ["queue", "job"].forEach(ask);
    await refresh();
  } finally {
    move(false);
  }
}

/** While one is on its way the buttons take no other, and say so. */
function move(now) {
  sending = now;
  setAttribute(list, "aria-busy", now);
}

function open(entry) {
  list.hidePopover();
  openProject(entry.project_id, { roundId: entry.round_id });
}
