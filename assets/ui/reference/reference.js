/** Step 1: the open project, the new project form, the demos, and the list of projects. */
/** @import { Project } from "payloads" */
/** @import { ReferenceParts } from "../app/types/parts.d.ts" */
import { loading, state, whenever } from "../app/store.js";
import { openProject } from "../app/session.js";
import { mountImport } from "../app/archives.js";
import { html } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { render } from "../vendor/preact.min.js";
import { effect, signal } from "../vendor/signals.min.js";
import { mountForm } from "./form/form.js";
import { OpenProject } from "./open_project.js";
import { listProjects, mountProjects } from "./project_list.js";

const creating = signal(false);
/** The project that is to be made again, with another model. */
const again = signal(/** @type {Project | null} */ (null));

/** Fill the form with the images and captions of the open project, for another model. */
export function doAgain() {
  again.value = state.project;
}

/** @param {ReferenceParts} parts */
export function mountReference(parts) {
  mountProjects(parts);
  const form = mountForm(parts.form, (projectId) => {
    creating.value = false;
    openProject(projectId);
  });
  parts.new.addEventListener("click", () => {
    creating.value = true;
    parts.form.querySelector("input")?.focus();
  });
  mountImport(parts.import, parts.archive);
  whenever(
    () => state.step,
    (step) => {
      if (step !== "reference") return;
      creating.value = false;
      listProjects();
    },
  );
  effect(() => {
    const open = !creating.value && state.project !== null;
    const awaited = !creating.value && !open && loading();
    parts.open.hidden = !open && !awaited;
    parts.form.hidden = open || awaited;
    parts.new.hidden = !open;
  });
  const startLike = async (/** @type {Project} */ project) => {
    creating.value = true;
    await form.like(project);
    toast(`The form has the model and the settings of ${project.name}: add your images.`);
    parts.form.querySelector("input")?.focus();
  };
  whenever(
    () => again.value,
    async (project) => {
      if (!project) return;
      again.value = null;
      creating.value = true;
      await form.again(project);
      toast(`The form has the images and captions of ${project.name}: choose a model.`);
    },
  );
  render(html`<${Open} startLike=${startLike} />`, parts.open);
}

/** @param {{ startLike: (project: Project) => void }} props */
const Open = ({ startLike }) =>
  state.project
    ? html`<${OpenProject} project=${state.project} startLike=${startLike} />`
    : html`<p class="empty loading" role="status">Loading the project…</p>`;
