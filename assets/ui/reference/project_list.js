/** The list of projects, and of archived projects, which can be restored or deleted. */
/** @import { Answers, Demo, ListedProject } from "payloads" */
/** @import { ReferenceParts } from "../app/types/parts.d.ts" */
import { state } from "../app/store.js";
import { call, closeProject, openProject } from "../app/session.js";
import { write } from "../app/writes.js";
import { newest } from "../app/newest.js";
import { reference } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { Button, html, set } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { FinishedCard } from "./finished.js";
import { planTour } from "../rounds/tour/memory.js";
import { render } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

const newRequest = newest();
const listed = signal(/** @type {(Answers["overview"] & { current: string | null }) | null} */ (null));
const trying = signal(/** @type {Demo["kind"] | null} */ (null));
/** The archived project of which is asked whether to delete it. */
const asking = signal(/** @type {string | null} */ (null));
/** Is the list of archived projects expanded? */
const open = signal(false);

/** @param {ReferenceParts} parts */
export function mountProjects(parts) {
  render(html`<${Projects} />`, parts.projects);
  render(html`<${Archived} />`, parts["put-away"]);
  render(html`<${Demos} />`, parts.demo);
}

export async function listProjects() {
  const isLatest = newRequest();
  const answer = await call("reference", "overview", {});
  if (answer && isLatest()) set(listed, { ...answer, current: state.projectId });
}

function Projects() {
  if (!listed.value) return null;
  const active = listed.value.projects.filter((project) => project.size === null);
  if (!active.length) return html`<li class="none">No project yet. The demo is a good start.</li>`;
  return active.map((project) => (project.broken ? brokenRow(project) : row(project)));
}

/**
 * @param {ListedProject} project
 * @param {string} more
 */
const face = ({ cover, name, broken, kind, rounds, judges }, more) => html`
  ${cover ? html`<img src=${reference(cover)} alt="" width="44" height="44" />` : null}
  <span>
    <b translate=${false}>${name}</b>
    <span>${broken ? "Broken" : `${kind} · ${count(rounds, judges ? "LoRA" : "round")}`} · ${more}</span>
  </span>`;

/**
 * A project that cannot be shown: why, and what can be done with it.
 * @param {ListedProject} project
 */
const brokenRow = (project) => html`<li class="broken-line" key=${project.id}>
  <div class="project-face">
    <span><b translate=${false}>${project.name}</b><span>Broken. ${project.broken}</span></span>
  </div>
  <div class="project-buttons">
    <a
      class="button small" href="project/${project.id}/archive?raw=1" download="" data-action="export-raw"
      title="A zip file of everything that can still be read"
    >Export as it is</a>
    <${Button} data-action="put-away" onClick=${archive(project)}>Archive<//>
  </div>
</li>`;

/** @param {ListedProject} project */
const row = (project) => html`<li class="project-line" key=${project.id}>
  <button
    type="button" class="project-row" aria-current=${project.id === listed.value?.current ? "true" : null}
    onClick=${() => openProject(project.id)}
  >${face(project, project.created)}</button>
  <button
    type="button" class="quiet" data-action="put-away" aria-label="Archive ${project.name}"
    title="Archive it: it moves to the end of this list. Nothing is lost." onClick=${archive(project)}
  >Archive</button>
</li>`;

/** @param {ListedProject} project */
const archive = (project) =>
  once(async () => {
    if (await write("archive", { project: project.id }))
      toast(`${project.name} is archived: find it at the end of the list.`);
  });

function Archived() {
  const archived = (listed.value?.projects ?? []).filter((project) => project.size !== null);
  if (!archived.length) return null;
  const expand = (/** @type {{ currentTarget: HTMLDetailsElement }} */ { currentTarget }) => {
    open.value = currentTarget.open;
  };
  return html`<details class="put-away" open=${open.value} onToggle=${expand}>
    <summary>Archived (${archived.length})</summary>
    <ul>${archived.map(archivedRow)}</ul>
  </details>`;
}

/** @param {ListedProject} project */
const archivedRow = (project) => html`<li key=${project.id}>
  <div class="project-face">${face(project, project.size ?? "")}</div>
  <div class="project-buttons">${asking.value === project.id ? question(project) : choices(project)}</div>
</li>`;

/** @param {ListedProject} project */
function choices({ id, name }) {
  const restore = once(() => write("restore", { project: id }));
  return html`<${Button}
      key="restore" data-action="bring-back" title="Put it back on the list" aria-label="Restore: ${name}"
      onClick=${restore}
    >Restore<//>
    <${Button}
      key="delete" data-action="delete" aria-label="Delete for good: ${name}" onClick=${ask(id)}
    >Delete for good…<//>`;
}

/**
 * Ask once, in place of the buttons: a second click in the same place keeps the project.
 * @param {ListedProject} project
 */
function question({ id, name }) {
  const remove = once(async () => {
    if (id === state.projectId) closeProject(); // else the next poll finds it gone
    const answer = await write("delete", { project: id });
    if (answer) toast(`${name} is deleted: ${answer.freed} freed.`);
  });
  return html`<p role="alert">This deletes its images, decisions and LoRAs. It cannot be undone.</p>
    <${Button} key="sure" class="button small danger" data-action="delete-sure" onClick=${remove}>
      Delete for good
    <//>
    <${Button} key="keep" onClick=${ask(null)}>Keep<//>`;
}

/**
 * A click handler that asks whether to delete a project, or no longer asks; the safe button has the focus.
 * @param {string | null} id
 */
const ask =
  (id, { focus = id ? "button:last-child" : "button" } = {}) =>
  async (/** @type {{ currentTarget: HTMLButtonElement }} */ { currentTarget: button }) => {
    const box = button.parentElement;
    asking.value = id;
    await null; // the buttons are rendered
    /** @type {HTMLButtonElement | null | undefined} */ (box?.querySelector(focus))?.focus();
  };

/**
 * A click handler that disables its button, runs `act`, and reloads the list.
 * @param {() => Promise<unknown>} act
 */
const once =
  (act) =>
  async (/** @type {{ currentTarget: HTMLButtonElement }} */ { currentTarget: button }) => {
    if (button.disabled) return;
    const list = button.closest("[data-part]");
    const rows = () => [...(list?.querySelectorAll("li") ?? [])].filter((row) => row.checkVisibility());
    const at = rows().findIndex((item) => item.contains(button));
    button.disabled = true;
    await act();
    button.disabled = false;
    await listProjects();
    if (document.activeElement !== document.body) return;
    const next = rows()[Math.min(at, rows().length - 1)] ?? document.querySelector(".projects");
    next?.querySelector("button")?.focus();
  };

function Demos() {
  if (!listed.value) return null;
  const demos = listed.value.demos.map(
    ({ kind, title, note }) => html`<button
      type="button" key=${kind} class="demo-button" disabled=${trying.value !== null}
      aria-busy=${trying.value === kind ? "true" : null} onClick=${() => tryDemo(kind)}
    >
      <img src="demo/${kind}" alt="" /><b>${title}</b><span>${note}</span>
      ${
        trying.value === kind
          ? html`<span class="demo-making" role="status">Creating the project…</span>
            <progress aria-label="The demo is being made" />`
          : null
      }
    </button>`,
  );
  return html`${demos}<${FinishedCard} />`;
}

/** @param {Demo["kind"]} kind */
async function tryDemo(kind) {
  if (trying.value) return;
  trying.value = kind;
  const answer = await write("try_demo", { kind });
  trying.value = null;
  if (!answer) return listProjects();
  if (answer.is_new) planTour(answer.project);
  else toast("This is your demo project. To start the demo again, archive it first.");
  openProject(answer.project);
}
