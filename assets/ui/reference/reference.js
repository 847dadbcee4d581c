/** Step 1: the open project, the new project form, the demos, and the list of projects. */
/** @import { Project } from "payloads" */
/** @import { ReferenceParts } from "../app/types/parts.d.ts" */
import { renderOn } from "../app/watch.js";
import { state, on, emit, loading } from "../app/store.js";
import { openProject } from "../app/session.js";
import { mountImport } from "../app/archives.js";
import { html } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { mountForm } from "./form/form.js";
import { OpenProject } from "./open_project.js";
import { listProjects, mountProjects } from "./project_list.js";

let creating = false;

/** @param {ReferenceParts} parts */
export function mountReference(parts) {
  const create = (/** @type {boolean} */ wanted) => {
    creating = wanted;
    emit("creating");
  };
  mountProjects(parts);
  const form = mountForm(parts.form, (projectId) => {
    creating = false;
    openProject(projectId);
  });
  parts.new.addEventListener("click", () => {
    create(true);
    parts.form.querySelector("input")?.focus();
  });
  mountImport(parts.import, parts.archive);
  on("step", () => {
    if (state.step !== "reference") return;
    create(false);
    listProjects();
  });
  const show = () => {
    const open = !creating && state.project !== null;
    const awaited = !creating && !open && loading();
    parts.open.hidden = !open && !awaited;
    parts.form.hidden = open || awaited;
    parts.new.hidden = !open;
  };
  on("project forget creating", show);
  show();
  const startLike = async (/** @type {Project} */ project) => {
    create(true);
    await form.like(project);
    toast(`The form has the model and the settings of ${project.name}: add your images.`);
    parts.form.querySelector("input")?.focus();
  };
  on("other-model", async () => {
    const { project } = state;
    if (!project) return;
    create(true);
    await form.again(project);
    toast(`The form has the images and captions of ${project.name}: choose a model.`);
  });
  renderOn("project forget creating", parts.open, () => {
    const { project } = state;
    return project
      ? html`<${OpenProject} project=${project} startLike=${startLike} />`
      : html`<p class="empty loading" role="status">Loading the project…</p>`;
  });
}
