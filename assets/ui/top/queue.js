/** The job queue of all projects: running, waiting and halted jobs. */
/** @import { Queue, QueuedJob } from "payloads" */
/** @import { TopParts } from "../app/types/parts.d.ts" */
import { state, on } from "../app/store.js";
import { openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../app/apply_poll.js";
import { el, focusedIn, makeButton, pressed, setAttribute, setText } from "../kit/dom.js";
import { toast } from "../kit/toast.js";
import { isWorking, jobProgress, reached, resumeWord, startsInstead } from "./job_words.js";
import { canNotify, notifies, notifyOf, toggleNotify } from "./notify.js";

/** @type {[name: keyof Queue, title: string][]} */
const PARTS = [
  ["working", "Running"],
  ["waiting", "Waiting"],
  ["halted", "Stopped"],
];
/** @type {HTMLElement} */
let list;
let sending = false;
/**
 * The elements that show progress, by job id; they are updated without a re-render of the list.
 * @type {Map<string, { words: HTMLElement, bar: HTMLProgressElement | null }>}
 */
let live = new Map();

export const queueOpen = () => Boolean(list?.matches(":popover-open"));

/** @param {TopParts} parts */
export function mountQueue(parts) {
  list = document.body.appendChild(
    el("section", { class: "studio queue-list", popover: "auto", "aria-label": "The work of all projects" }),
  );
  parts.queue.popoverTargetElement = list;
  list.addEventListener(
    "beforetoggle",
    (event) => /** @type {ToggleEvent} */ (event).newState === "open" && show(),
  );
  on("queue received", () => {
    const count = state.queue.working.length + state.queue.waiting.length;
    parts["queue-count"].hidden = !count;
    setText(parts["queue-count"], String(count));
    setAttribute(
      parts.queue,
      "aria-label",
      count ? `Queue ${count}: running or waiting` : "Queue: nothing is running",
    );
    notifyOf(state.queue);
    if (queueOpen()) show();
  });
}

/** Re-render the rows only when they have changed; update progress in place. */
function show() {
  if (pressed(list)) return;
  const { queue } = state;
  const signature = JSON.stringify(queue, (key, value) =>
    ["done", "total", "phase", "doing", "unit", "message"].includes(key) ? undefined : value,
  );
  if (list.dataset.signature !== signature) {
    const keep = focusedIn(list)?.dataset.keep;
    list.dataset.signature = signature;
    live = new Map();
    const parts = PARTS.filter(([name]) => queue[name].length).flatMap(([name, title]) => [
      el("h3", {}, title),
      el("ol", {}, queue[name].map(row)),
    ]);
    list.replaceChildren(
      el("h2", {}, "Queue"),
      ...(parts.length ? parts : [el("p", { class: "queue-empty" }, "Nothing is running or waiting.")]),
      ...(canNotify() ? [notifyChoice()] : []),
    );
    if (keep) focusAgain(keep);
  }
  for (const job of [...queue.working, ...queue.halted]) progress(job);
}

/** The choice whether the browser tells of the end of long work. */
function notifyChoice() {
  const box = el("input", { type: "checkbox", checked: notifies(), data: { keep: "notify" } });
  box.addEventListener("change", async () => {
    box.checked = await toggleNotify();
    if (Notification.permission === "denied")
      toast("This browser blocks notifications of the studio: allow them in its settings.", "error");
  });
  return el("label", { class: "queue-notify" }, box, " Notify me when long work ends");
}

/** @param {string} keep */
function focusAgain(keep) {
  /** @type {HTMLElement | null} */
  const button =
    list.querySelector(`[data-keep="${keep}"]:enabled`) ??
    list.querySelector(`[data-job="${keep.split(" ")[0]}"] button:enabled`) ??
    list.querySelector("button:enabled");
  button?.focus();
}

/** @param {QueuedJob} job */
function row(job) {
  const words = el("span", { class: "queue-state" }, job.state === "queued" ? waitsText(job) : "");
  const bar = isWorking(job)
    ? el("progress", { class: "job-bar", "aria-label": `Progress of ${name(job)}` })
    : null;
  live.set(job.id, { words, bar });
  return el(
    "li",
    { data: { job: job.id, state: job.state } },
    el(
      "div",
      { class: "queue-text" },
      el("div", { class: "queue-name" }, el("b", {}, job.title), words),
      bar,
      makeButton(
        { class: "queue-where", title: "Show this round", data: { keep: `${job.id} open` } },
        () => open(job),
        `${job.round_name} · ${job.project_name}`,
      ),
    ),
    el("div", { class: "queue-buttons", role: "group", "aria-label": name(job) }, buttons(job)),
  );
}

/** @param {QueuedJob} job */
const name = (job) => `${job.title}, ${job.project_name}, ${job.round_name}`;
/** @param {QueuedJob} job */
const waitsText = (job) => (job.behind ? `after ${job.behind}` : "");

/** @param {QueuedJob} job */
function progress(job) {
  const { words, bar } = live.get(job.id) ?? {};
  if (!words) return;
  setText(words, isWorking(job) ? jobProgress(job) : [halted(job), job.message].filter(Boolean).join(". "));
  words.title = job.message;
  if (bar) Object.assign(bar, { max: job.total || 1, value: job.done });
}

/** @typedef {"reorder" | "stop" | "pause" | "resume"} Action */

/** @type {Partial<Record<QueuedJob["state"], string>>} */
const SAID = { paused: "paused", stopped: "stopped", interrupted: "was interrupted", error: "failed" };
/** @param {QueuedJob} job */
const halted = (job) =>
  (job.paused_for === "room" ? "waiting for disk space" : SAID[job.state]) + reached(job);

/** @param {QueuedJob} job */
function buttons(job) {
  /**
   * @param {Action} action
   * @param {string} label
   * @param {string} words
   * @param {{ direction?: "up" | "down" | "first" }} [request]
   */
  const make = (action, label, words, request, enabled = true) =>
    makeButton(
      {
        class: label.length > 1 ? "button small" : "quiet arrow",
        title: words,
        "aria-label": `${words}: ${name(job)}`,
        disabled: !enabled,
        data: { keep: `${job.id} ${words}`, action: words.toLowerCase().replaceAll(" ", "-") },
      },
      (event) => act(action, { job: job.id, ...request }, event),
      label,
    );
  if (job.state === "queued") {
    return [
      make("reorder", "⤒", "To the front", { direction: "first" }, job.can_rise),
      make("reorder", "↑", "Up", { direction: "up" }, job.can_rise),
      make("reorder", "↓", "Down", { direction: "down" }, job.can_sink),
      make("stop", "Cancel", "Cancel"),
    ];
  }
  if (isWorking(job))
    return [
      job.state === "running" ? make("pause", "Pause", "Pause") : null,
      make("stop", "Stop", "Stop", {}, job.state !== "stopping"),
    ];
  const away = ["paused", "interrupted"].includes(job.state) ? make("stop", "Cancel", "Cancel") : null;
  return [make("resume", resumeWord(job), resumeWord(job)), away];
}

/**
 * Send one action per click. The second click of a double click is ignored: it could hit another row.
 * @param {Action} action
 * @param {{ job: string, direction?: "up" | "down" | "first" }} request
 * @param {MouseEvent} event
 */
async function act(action, request, event) {
  if (sending || event.detail > 1) return;
  setSending(true);
  try {
    const instead = action === "pause" ? startsInstead(state.queue, request.job) : "";
    if ((await write(action, request)) && instead) toast(instead);
    ["queue", "job"].forEach(ask);
    await refresh();
  } finally {
    setSending(false);
  }
}

/**
 * Block the buttons while a request is pending.
 * @param {boolean} now
 */
function setSending(now) {
  sending = now;
  setAttribute(list, "aria-busy", now);
}

/** @param {QueuedJob} job */
function open(job) {
  list.hidePopover();
  openProject(job.project_id, { roundId: job.round_id });
}
