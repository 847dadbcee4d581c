/** The open project on the first screen: its references, what follows from them, and its settings. */
/** @import { LocalModel, Project, Subject } from "payloads" */
import { TAUGHT } from "../app/kinds.js";
import { state, taughtIn } from "../app/store.js";
import { locateModel } from "../app/locate.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { paintReference } from "../brush/mask_dialog.js";
import { reference } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { Button, html, leaveOnEnter } from "../kit/html.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { editAnchors } from "./anchors_editor.js";
import { listProjects } from "./project_list.js";
import { ProjectSettings } from "./project_settings.js";

/** @param {{ project: Project, startLike: (project: Project) => void }} props */
export function OpenProject({ project, startLike }) {
  const { id, subjects, derived, facts, references } = project;
  return html`<div class="card-head"><h2><${Name} ...${project} /></h2><span>${nature(project)}</span></div>
    ${subjects.map((subject) =>
      subjects.length > 1 ? html`<${Section} ...${subject} />` : html`<${Plates} ...${subject} />`,
    )}
    <p class="derived-line">${derived}</p>
    <dl class="facts-list">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <${MovedModels} project=${project} />
    <div class="project-actions">
      <${Button} data-action="edit-prompts" onClick=${editAnchors}>Edit test prompts<//>
      <${Button}
        data-action="like" title="Start a new project with this one’s model and settings"
        onClick=${() => startLike(project)}
      >New project like this one<//>
      ${
        references.length > 0 &&
        html`<a
          class="button small" href="project/${encodeURIComponent(id)}/references" download=""
          title="The reference images with their prompts as text files, in a zip file"
        >Save images and captions</a>`
      }
    </div>
    <${ProjectSettings} key=${id} project=${project} />`;
}

/** @param {Project} project */
const nature = ({ kind, subjects }) =>
  subjects.length > 1 ? count(subjects.length, kind) : TAUGHT[kind].one;

/**
 * The project name, editable in place; what is being typed stays.
 * @param {Project} props
 */
function Name({ id, name }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = name;
  });
  const rename = async (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: input }) => {
    const typed = input.value;
    const answer = await write("rename", { project: id, name: typed });
    if (input.value === typed) input.value = answer?.name ?? state.project?.name ?? name;
    refresh();
    listProjects();
  };
  return html`<input
    ref=${field} type="text" class="name-in-place" maxlength="120" aria-label="Name of the project"
    title="Click to change the name" onChange=${rename} onKeyDown=${leaveOnEnter}
  />`;
}

/**
 * Local models that are not where the project knows them, each with a button that says where it lies.
 * @param {{ project: Project }} props
 */
function MovedModels({ project }) {
  const [models, setModels] = useState(/** @type {LocalModel[]} */ ([]));
  const update = async () => {
    const answer = await call("reference", "local_models", { project: project.id });
    setModels((answer?.models ?? []).filter(({ here, path, place }) => !here || path !== place));
  };
  useEffect(() => {
    update();
  }, [project]);
  return html`<div class="moved-models">${models.map(
    ({ role, place, here }) => html`<p key=${place} class=${here ? "" : "lost"}>
      ${here ? `The ${role} is at ` : `The ${role} was not found: `}<code>${place}</code>
      <${Button} data-action="locate" onClick=${async () => (await locateModel(place)) && update()}>
        Locate model
      <//>
    </p>`,
  )}</div>`;
}

/**
 * The section of one of several objects: derived facts and pictures.
 * @param {Subject} subject
 */
const Section = (subject) => html`<section class="subject" aria-label=${subject.trigger}>
  <dl class="subject-facts">${subject.facts.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`,
  )}</dl>
  <${Plates} ...${subject} />
</section>`;

/** @param {Subject} subject */
const Plates = ({ references }) =>
  html`<div class="plates">${references.map(
    (one) => html`<figure key=${one.id}>
    <img src=${reference(one.id)} alt=${one.prompt} />
    <figcaption>${one.prompt}${one.mask && html`<span class="with-mask">with its mask</span>`}</figcaption>
    ${taughtIn(state.project).is_subject && maskButton(one)}
  </figure>`,
  )}</div>`;

/**
 * A button to paint the subject mask of a reference. Objects only: a style has no mask.
 * @param {Subject["references"][number]} one
 */
const maskButton = (one) => html`<${Button}
  data-action="paint-mask" onClick=${() => paintReference(one)}
  aria-label="${one.mask ? "Change" : "Paint"} mask: ${one.prompt}"
>${one.mask ? "Change mask" : "Paint mask"}<//>`;
