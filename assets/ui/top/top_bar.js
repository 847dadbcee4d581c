/** The top bar: project, steps and job. */
/** @import { Job, Project } from "payloads" */
/** @import { TopParts } from "../app/types/parts.d.ts" */
import { state, whenever } from "../app/store.js";
import { openStep, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../app/apply_poll.js";
import { locateModel } from "../app/locate.js";
import { FiguresButton } from "../kit/figures.js";
import { showHelp } from "../kit/help.js";
import { Button, html } from "../kit/html.js";
import { MenuItem, PopoverButton } from "../kit/popovers.js";
import { toast } from "../kit/toast.js";
import { toggleTheme } from "../kit/theme.js";
import { render, useLayoutEffect, useRef } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { unfinished, isWorking, startsInstead } from "./job_words.js";
import { jobLine } from "./job_line.js";
import { mountQueue, QueueButton } from "./queue.js";
import { openLog } from "./log.js";

// Stop may move under the pointer after a click: disable it briefly, so that a double click does not hit it
const STOP_DELAY = 600; // ms
const SHOWN_WORDS = 2; // trigger words in the top bar; the others are counted
/** @type {[step: string, label: string][]} */
const STEPS = [
  ["reference", "1 Reference"],
  ["rounds", "2 Rounds"],
  ["results", "3 Results"],
];
/** @type {[part: string, words: string, act: () => unknown][]} */
const MENU = [
  ["log", "Log", openLog],
  ["help", "Help and keys", showHelp],
  ["theme", "Light or dark", toggleTheme],
];
const PAUSE_OR_RESUME = /** @type {"button"} */ ("[data-part=pause], [data-part=resume]");
/** @type {import("../vendor/signals.min.js").Signal<ReturnType<typeof setTimeout> | null>} */
const justMoved = signal(null);

/** @param {TopParts} parts */
export function mountTop({ bar }) {
  mountQueue();
  whenever(
    () => state.project?.name,
    (name) => {
      document.title = name ? `${name} · GAL Studio` : "GAL Studio";
    },
  );
  render(html`<${Top} />`, bar);
}

function Top() {
  const { project, job, step, projectId } = state;
  return html`<${Button} class="button skip" data-part="skip" onClick=${skip}>
      Skip to the ${step === "rounds" ? "images" : "content"}
    <//>
    <div class="top-left">
      <a class="brand" href="./" title="To the first page: new project, demos, all projects">GAL Studio</a>
      <div class="project">
        <span class="project-name" data-part="name" title=${project?.name}>${project?.name}</span>
        <span class="project-tags">${project && html`<${Tags} ...${project} />`}</span>
      </div>
    </div>
    <nav class="steps" aria-label="Steps">${STEPS.map(([name, label]) => {
      const isClosed = !projectId && name !== "reference";
      return html`<button
        type="button" key=${name} data-step=${name} aria-current=${name === step ? "step" : null}
        disabled=${isClosed} title=${isClosed ? "Open or start a project first" : null}
        onClick=${() => openStep(name)}
      >${name === "rounds" && project?.judges ? "2 LoRAs" : label}</button>`;
    })}</nav>
    <div class="top-right">
      <section
        class="job" aria-label="Running work" data-part="job" hidden=${!job}
        data-state=${job && jobLine(job).state}
      >${job && html`<${JobLine} job=${job} />`}</section>
      <${QueueButton} />
      <${Menu} />
      <form
        class="sign-out" data-part="sign-out" method="post" action="sign-out"
        hidden=${!document.querySelector(".signed-in .top")}
      ><button type="submit" class="quiet" title="End this session in this browser">Sign out</button></form>
    </div>`;
}

/** What is seldom wanted. */
const Menu = () => html`<${PopoverButton}
  class="quiet top-more" label="⋯" title="Help, keys, log, figures, light" aria-label="Further choices"
  aria-haspopup="true" panelClass="save-menu" panelLabel="Further choices"
>${() => [
  html`<${FiguresButton} key="figures" />`,
  ...MENU.map(
    ([part, words, act]) => html`<${MenuItem} key=${part} data-part=${part} act=${act}>${words}<//>`,
  ),
]}<//>`;

/** Focus the pictures, or on another screen its first button: what comes before is passed over. */
function skip() {
  const inside = state.step === "rounds" ? ".grid [tabindex='0'], .pair-card" : "button, input, a[href]";
  /** @type {NodeListOf<HTMLElement>} */
  const found = document.querySelectorAll(`.studio.step.${state.step} :is(${inside})`);
  [...found].find((node) => node.checkVisibility())?.focus();
}

/** @param {Project} project */
function Tags({ model, base_model: base, triggers }) {
  const more = triggers.length - SHOWN_WORDS;
  const words = triggers.map((word) => `“${word}”`).join(", ");
  return html`<span class="tag" data-part="model" title="Base model: ${base}">${model}</span>
    <span
      class="tag" data-part="trigger"
      title="Write ${words} in a prompt to generate ${triggers.length > 1 ? "the objects" : "the subject"}"
    >${triggers.slice(0, SHOWN_WORDS).join(", ")}${more > 0 ? ` +${more}` : ""}</span>`;
}

/** @param {{ job: Job }} props */
function JobLine({ job }) {
  const line = jobLine(job);
  const words = useRef(/** @type {HTMLElement | null} */ (null));
  useHandedFocus(words);
  /**
   * @param {"pause" | "resume" | "keep" | "locate" | "stop"} part
   * @param {() => unknown} act
   * @param {object} [more]
   */
  const button = (part, act, more) => html`<${Button}
    key=${part} data-part=${part} hidden=${line[part] === null} onClick=${act} ...${more}
  >${line[part]}<//>`;
  return html`<span class="job-words" ref=${words}>
      <span class="job-title" data-part="job-title" title=${job.message}>${line.title}</span>
      <span class="job-rate" data-part="job-rate" title=${job.message}>${line.note}</span>
    </span>
    ${button("pause", () => move("pause", "pausing"), { title: startsInstead(state.queue, job.id) || null })}
    ${button("resume", () => move("resume", "queued"), {
      "data-next": unfinished(job) && !line.locate ? "" : null,
    })}
    ${button("keep", () => move("keep_step", job.state === "running" ? "running" : "queued"), {
      title: "End the training at this step and continue with its LoRA",
    })}
    ${button("locate", () => locate(job), {
      "data-next": line.locate ? "" : null,
      title: "Choose the model’s new location",
    })}
    ${button("stop", () => move("stop", "stopping"), {
      disabled: job.state === "stopping" || justMoved.value !== null,
    })}
    <span class="visually-hidden" role="status" data-part="job-state">${line.announced}</span>
    <progress
      class="job-bar" aria-label="Progress" data-part="job-bar" hidden=${!isWorking(job)}
      max=${job.total || 1} value=${job.done}
    />`;
}

/**
 * Pause and Resume take each other's place, with a wait between: the focus goes with them.
 * @param {{ current: HTMLElement | null }} words beside the buttons
 */
function useHandedFocus(words) {
  const isAwaited = useRef(false);
  const held = document.activeElement;
  useLayoutEffect(() => {
    const both = [...(words.current?.parentElement?.querySelectorAll(PAUSE_OR_RESUME) ?? [])];
    const mine = both.find((one) => one === held);
    const isGone = mine ? mine.hidden : isAwaited.current && document.activeElement === document.body;
    const next = both.find((one) => !one.hidden && !one.disabled);
    if (isGone) next?.focus();
    isAwaited.current = isGone && !next;
  });
}

/** @param {Job} job */
async function locate(job) {
  if ((await locateModel(job.lost_model)) && state.job?.id === job.id) move("resume", "queued");
}

/**
 * Stop, pause, resume or end the job, with an optimistic update that the next poll confirms or corrects.
 * @param {"stop" | "pause" | "resume" | "keep_step"} verb
 * @param {Job["state"]} soon
 */
async function move(verb, soon) {
  if (!state.job) return;
  const { id } = state.job;
  state.job = { ...state.job, state: soon, kept: null, lost_model: "" };
  clearTimeout(justMoved.value ?? undefined);
  justMoved.value = setTimeout(() => {
    justMoved.value = null;
  }, STOP_DELAY);
  ask("job"); // a poll in flight would overwrite the optimistic update
  const instead = verb === "pause" ? startsInstead(state.queue, id) : "";
  if ((await write(verb, { job: id })) && instead) toast(instead);
  ask("job");
  ask("queue");
  refresh();
}
