/** The top bar: project, steps and job. */
/** @import { Job } from "payloads" */
/** @import { TopParts } from "../app/types/parts.d.ts" */
import { state, on, emit } from "../app/store.js";
import { openStep, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../app/apply_poll.js";
import { locateModel } from "../app/locate.js";
import { setAttribute, setText } from "../kit/dom.js";
import { toast } from "../kit/toast.js";
import { toggleTheme } from "../kit/theme.js";
import { unfinished, isWorking, startsInstead } from "./job_words.js";
import { jobLine } from "./job_line.js";
import { mountQueue } from "./queue.js";
import { openLog } from "./log.js";

// Stop may move under the pointer after a click: disable it briefly, so that a double click does not hit it
const STOP_DELAY = 600; // ms
/** @type {ReturnType<typeof setTimeout> | undefined} */
let stopTimer;
let awaited = false; // Pause or Resume had the focus and went: the other one gets it
const SHOWN_WORDS = 2; // trigger words in the top bar; the others are counted

/**
 * @param {HTMLElement} element
 * @returns {NodeListOf<HTMLButtonElement>}
 */
const stepButtons = (element) => element.querySelectorAll("[data-step]");

/**
 * @param {TopParts} parts
 * @param {HTMLElement} element
 */
export function mountTop(parts, element) {
  for (const button of stepButtons(element)) {
    button.addEventListener("click", () => openStep(button.dataset.step ?? ""));
  }
  parts.stop.addEventListener("click", () => move("stop", "stopping"));
  parts.pause.addEventListener("click", () => move("pause", "pausing"));
  parts.resume.addEventListener("click", () => move("resume", "queued"));
  parts.keep.addEventListener("click", () =>
    move("keep", state.job?.state === "running" ? "running" : "queued"),
  );
  parts.locate.addEventListener("click", async () => {
    const { job } = state;
    const found = job && (await locateModel(job.lost_model));
    if (found && state.job?.id === job.id) move("resume", "queued");
  });
  parts.theme.addEventListener("click", toggleTheme);
  parts.log.addEventListener("click", openLog);
  parts["sign-out"].hidden = !element.closest(".signed-in");
  parts.skip.addEventListener("click", skip);
  mountQueue(parts);
  on("project forget", () => showProject(parts));
  on("step project forget", () => {
    showSteps(element);
    setText(parts.skip, state.step === "rounds" ? "Skip to the images" : "Skip to the content");
  });
  on("job forget", () => showJob(parts));
}

/** Focus the pictures, or on another screen its first button: what comes before is passed over. */
function skip() {
  const inside = state.step === "rounds" ? ".grid [tabindex='0'], .pair-card" : "button, input, a[href]";
  /** @type {NodeListOf<HTMLElement>} */
  const found = document.querySelectorAll(`.studio.step.${state.step} :is(${inside})`);
  [...found].find((node) => node.checkVisibility())?.focus();
}

/** @param {TopParts} parts */
function showProject(parts) {
  const project = state.project;
  const triggers = project?.triggers ?? [];
  setText(parts.name, project?.name ?? "");
  parts.name.title = project?.name ?? "";
  parts.model.hidden = !project;
  parts.trigger.hidden = !project;
  setText(parts.model, project?.model ?? "");
  parts.model.title = project ? `Base model: ${project.base_model}` : "";
  setText(parts.trigger, project ? shortList(project.triggers) : "");
  parts.trigger.title = project
    ? `Write ${triggers.map((word) => `“${word}”`).join(", ")} in a prompt ` +
      `to generate ${triggers.length > 1 ? "the objects" : "the subject"}`
    : "";
  document.title = project ? `${project.name} · GAL Studio` : "GAL Studio";
}

/**
 * "<dotty>, <brumm> +2"; the title attribute lists all of them.
 * @param {string[]} words
 */
function shortList(words) {
  const more = words.length - SHOWN_WORDS;
  return words.slice(0, SHOWN_WORDS).join(", ") + (more > 0 ? ` +${more}` : "");
}

/** @param {HTMLElement} element */
function showSteps(element) {
  for (const button of stepButtons(element)) {
    setAttribute(button, "aria-current", button.dataset.step === state.step ? "step" : null);
    button.disabled = !state.projectId && button.dataset.step !== "reference";
    button.title = button.disabled ? "Open or start a project first" : "";
  }
}

/** @param {TopParts} parts */
function showJob(parts) {
  const job = state.job;
  parts.job.hidden = !job;
  if (!job) return emit("busy");
  const line = jobLine(job);
  parts.job.dataset.state = line.state;
  setText(parts["job-title"], line.title);
  setText(parts["job-state"], line.announced);
  parts["job-title"].title = job.message;
  parts["job-bar"].hidden = !isWorking(job);
  parts["job-bar"].max = job.total || 1;
  parts["job-bar"].value = job.done;
  setText(parts["job-rate"], line.note);
  parts["job-rate"].title = job.message;
  const held = [parts.pause, parts.resume].find((button) => button === document.activeElement);
  parts.pause.hidden = !line.pause;
  parts.resume.hidden = line.resume === null;
  if (line.resume) setText(parts.resume, line.resume);
  setAttribute(parts.resume, "data-next", unfinished(job) && !line.locate ? "" : null);
  parts.keep.hidden = line.keep === null;
  if (line.keep) setText(parts.keep, line.keep);
  parts.locate.hidden = line.locate === null;
  setAttribute(parts.locate, "data-next", line.locate ? "" : null);
  parts.stop.hidden = line.stop === null;
  if (line.stop) setText(parts.stop, line.stop);
  parts.stop.disabled = job.state === "stopping" || stopTimer !== undefined;
  passFocus(parts, held);
  emit("busy");
}

/**
 * Pause and Resume take each other's place, with a wait between.
 * @param {TopParts} parts
 * @param {HTMLElement} [held] the one that had the focus
 */
function passFocus({ pause, resume }, held) {
  const gone = held ? held.hidden : awaited && document.activeElement === document.body;
  const next = [pause, resume].find((button) => !button.hidden && !button.disabled);
  if (gone) next?.focus();
  awaited = gone && !next;
}

/**
 * Stop, pause, resume or end the job, with an optimistic update that the next poll confirms or corrects.
 * @param {"stop" | "pause" | "resume" | "keep"} verb
 * @param {Job["state"]} soon
 */
async function move(verb, soon) {
  if (!state.job) return;
  const { id } = state.job;
  state.job = { ...state.job, state: soon, kept: null, lost_model: "" };
  clearTimeout(stopTimer);
  stopTimer = setTimeout(() => {
    stopTimer = undefined;
    emit("job");
  }, STOP_DELAY);
  emit("job");
  ask("job"); // a poll in flight would overwrite the optimistic update
  const instead = verb === "pause" ? startsInstead(state.queue, id) : "";
  if ((await write(verb, { job: id })) && instead) toast(instead);
  ask("job");
  ask("queue");
  refresh();
}
