/** The job queue of all projects: running, waiting and halted jobs. */
/** @import { Queue, QueuedJob } from "payloads" */
import { state, whenever } from "../app/store.js";
import { openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../app/apply_poll.js";
import { el, pressed, setAttribute } from "../kit/dom.js";
import { html, set, useKeptFocus } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { render } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { haltOf, isWorking, jobProgress, reached, resumeWord, startsInstead } from "./job_words.js";
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
const shown = signal(state.queue);

const queueOpen = () => Boolean(list?.matches(":popover-open"));

export function mountQueue() {
  list = document.body.appendChild(
    el("section", { class: "studio queue-list", popover: "auto", "aria-label": "Jobs in all projects" }),
  );
  list.addEventListener("beforetoggle", ({ newState }) => newState === "open" && set(shown, state.queue));
  whenever(
    () => state.polls,
    () => {
      notifyOf(state.queue);
      if (queueOpen() && !pressed(list)) set(shown, state.queue); // a row that moves would lose its click
    },
  );
  render(html`<${Rows} />`, list);
}

/** The button that opens the list, with the number of jobs that run or wait. */
export function QueueButton() {
  const count = state.queue.working.length + state.queue.waiting.length;
  const open = (/** @type {HTMLButtonElement | null} */ node) => {
    if (node) node.popoverTargetElement = list;
  };
  return html`<button
    type="button" class="quiet queue-button" data-part="queue" title="Jobs in all projects" ref=${open}
    aria-label=${count ? `Queue ${count}: running or waiting` : "Queue: nothing is running"}
  >Queue <b class="queue-count" data-part="queue-count" hidden=${!count}>${count}</b></button>`;
}

function Rows() {
  useKeptFocus(list, "data-job");
  const parts = PARTS.filter(([name]) => shown.value[name].length);
  return html`<h2>Queue</h2>
    ${parts.map(([name, title]) => [
      html`<h3 key=${title}>${title}</h3>`,
      html`<ol key=${name}>${shown.value[name].map(row)}</ol>`,
    ])}
    ${parts.length ? null : html`<p class="queue-empty">Nothing is running or waiting.</p>`}
    ${canNotify() ? html`<${NotifyChoice} />` : null}`;
}

/** The choice whether the browser tells of the end of long work. */
function NotifyChoice() {
  /** @param {{ currentTarget: HTMLInputElement }} event */
  const toggle = async ({ currentTarget: box }) => {
    box.checked = await toggleNotify();
    if (Notification.permission === "denied")
      toast("Notifications are blocked. Allow them in the browser’s site settings.", "error");
  };
  return html`<label class="queue-notify">
    <input type="checkbox" checked=${notifies()} onChange=${toggle} />${" "}Notify me when a long job finishes
  </label>`;
}

/** @param {QueuedJob} job */
const row = (job) => html`<li key=${job.id} data-job=${job.id} data-state=${job.state}>
  <div class="queue-text">
    <div class="queue-name">
      <b>${job.title}</b>
      <span class="queue-state" title=${job.message}>${words(job)}</span>
    </div>
    ${
      isWorking(job)
        ? html`<progress
            class="job-bar" aria-label="Progress of ${name(job)}" max=${job.total || 1} value=${job.done}
          />`
        : null
    }
    <button type="button" class="queue-where" title="Show this round" onClick=${() => open(job)}>
      ${job.round_name} · ${job.project_name}
    </button>
  </div>
  <div class="queue-buttons" role="group" aria-label=${name(job)}>${buttons(job)}</div>
</li>`;

/** @param {QueuedJob} job */
const name = (job) => `${job.title}, ${job.project_name}, ${job.round_name}`;

/** @param {QueuedJob} job */
function words(job) {
  if (job.state === "queued") return job.behind ? `after ${job.behind}` : "";
  return isWorking(job) ? jobProgress(job) : [halted(job), job.message].filter(Boolean).join(". ");
}

/** @typedef {"reorder" | "stop" | "pause" | "resume"} Action */

/** @param {QueuedJob} job */
const halted = (job) => (job.paused_for === "room" ? "waiting for disk space" : haltOf(job)) + reached(job);

/** @param {QueuedJob} job */
function buttons(job) {
  /**
   * @param {Action} action
   * @param {string} label
   * @param {string} words
   * @param {{ direction?: "up" | "down" | "first" }} [request]
   */
  const make = (action, label, words, request, enabled = true) => html`<button
    type="button" key=${words} class=${label.length > 1 ? "button small" : "quiet arrow"} title=${words}
    aria-label="${words}: ${name(job)}" data-action=${words.toLowerCase().replaceAll(" ", "-")}
    disabled=${!enabled}
    onClick=${(/** @type {MouseEvent} */ event) => act(action, { job: job.id, ...request }, event)}
  >${label}</button>`;
  if (job.state === "queued")
    return [
      make("reorder", "⤒", "To the front", { direction: "first" }, job.can_rise),
      make("reorder", "↑", "Up", { direction: "up" }, job.can_rise),
      make("reorder", "↓", "Down", { direction: "down" }, job.can_sink),
      make("stop", "Cancel", "Cancel"),
    ];
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

/** @param {boolean} now */
function setSending(now) {
  sending = now;
  setAttribute(list, "aria-busy", now);
}

/** @param {QueuedJob} job */
function open(job) {
  list.hidePopover();
  openProject(job.project_id, { roundId: job.round_id });
}
