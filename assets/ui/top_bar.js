/** The top line: project, steps and the job, the same in every step and after every refresh. */
import { state, on, emit, busy } from "./store.js";
import { call, openStep, refresh } from "./session.js";
import { ask } from "./receive.js";
import { clock, setText, setAttribute } from "./dom.js";
import { toggleTheme } from "./theme.js";

const VERBS = {
  fine_tune: ["Fine-tuning", "Fine-tune"], generate: ["Generating", "Generate"], pairs: ["Drawing pairs", "Pairs"],
  refine: ["Refining", "Refinement"], quality: ["Judging patches", "Patch judgement"],
};
const HALTED = new Set(["paused", "interrupted", "stopped", "error"]);
const PHASES = {
  class_images: "Drawing class pictures", project: "Placing on the map", loading: "Loading the model", maps: "Judging patches", measure: "Measuring", foregrounds: "Finding the subject",
};

export function mountTop(parts, element) {
  for (const button of element.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => openStep(button.dataset.step));
  }
  parts.stop.addEventListener("click", () => move("stop", "stopping"));
  parts.pause.addEventListener("click", () => move("pause", "pausing"));
  parts.resume.addEventListener("click", () => move("resume", "queued"));
  parts.theme.addEventListener("click", toggleTheme);
  on("project forget", () => showProject(parts));
  on("step project forget", () => showSteps(element));
  on("job forget", () => showJob(parts));
}

function showProject(parts) {
  const project = state.project;
  setText(parts.name, project?.name ?? "");
  parts.model.hidden = !project;
  parts.trigger.hidden = !project?.trigger;
  setText(parts.model, project?.model ?? "");
  parts.model.title = project ? `Base model: ${project.base_model}` : "";
  setText(parts.trigger, project ? (project.kind === "object" ? `trigger ${project.trigger}` : project.trigger) : "");
  parts.trigger.title = project ? `Write “${project.trigger}” in a prompt to call the subject` : "";
  document.title = project ? `${project.name} · GAL Studio` : "GAL Studio";
}

function showSteps(element) {
  for (const button of element.querySelectorAll("[data-step]")) {
    setAttribute(button, "aria-current", button.dataset.step === state.step ? "step" : null);
    button.disabled = !state.projectId && button.dataset.step !== "reference";
    button.title = button.disabled ? "Open or start a project first" : "";
  }
}

/** "Generating 84 / 180", "Fine-tune stopped": what a job says of itself, in words. */
export function jobTitle(job) {
  const [doing, noun] = VERBS[job.kind] ?? [job.kind, job.kind];
  if (job.state === "queued") return `${doing}: waiting for its turn`;
  if (job.state === "stopping") return "Stopping";
  if (job.state === "pausing") return "Pausing";
  if (job.state === "paused") return `${noun} paused at ${job.done} / ${job.total}`;
  if (busy()) return `${PHASES[job.phase] ?? doing}${job.total ? ` ${job.done} / ${job.total}` : ""}`;
  if (job.state === "completed") return `${noun} done`;
  if (job.state === "stopped") return `${noun} stopped at ${job.done} / ${job.total}`;
  if (job.state === "interrupted") return `${noun} was interrupted at ${job.done} / ${job.total}`;
  return job.message || `${noun}: ${job.state}`;
}

function showJob(parts) {
  const job = state.job;
  parts.job.hidden = !job;
  if (!job) return emit("busy");
  const running = busy();
  parts.job.dataset.state = running ? "running" : job.state;
  setText(parts["job-title"], jobTitle(job));
  parts["job-title"].title = job.message ?? "";
  parts["job-bar"].hidden = !running;
  parts["job-bar"].max = job.total || 1;
  parts["job-bar"].value = job.done;
  setText(parts["job-rate"], running ? rate(job) : "");
  parts.pause.hidden = job.state !== "running";
  parts.resume.hidden = !HALTED.has(job.state);
  setText(parts.resume, job.state === "error" ? "Try again" : "Resume");
  parts.stop.hidden = !running;
  parts.stop.disabled = job.state === "stopping";
  emit("busy");
}

function rate(job) {
  if (!job.worker_alive) return "starting the worker";
  const speed = job.rate ? `${job.rate.toFixed(1)} ${job.unit || "steps"}/s` : "";
  const left = job.seconds_left === null || job.seconds_left === undefined ? "" : `${clock(job.seconds_left)} left`;
  return [speed, left].filter(Boolean).join(" · ");
}

/** Ask for a move of the job; the page shows it at once, the next poll says what became of it. */
async function move(verb, soon) {
  if (!state.job) return;
  const { id } = state.job;
  state.job = { ...state.job, state: soon };
  emit("job");
  await call("top", verb, { job: id });
  ask("job");
  refresh();
}
