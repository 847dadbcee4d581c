/** Step 1: the open project, the new project form, the demos, and the list of projects. */
/** @import { LocalModel, Project, Subject } from "payloads" */
/** @import { ReferenceParts } from "../app/types/parts.d.ts" */
import { state, on, loading } from "../app/store.js";
import { locateModel } from "../app/locate.js";
import { call, openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, focusKept, focusedIn, makeButton, reference, typing } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { toast } from "../kit/toast.js";
import { editAnchors } from "./anchors_editor.js";
import { mountForm } from "./form/form.js";
import { mountImport } from "../app/archives.js";
import { paintReference } from "../brush/mask_dialog.js";
import { projectSettings } from "./project_settings.js";
import { listProjects, mountProjects } from "./project_list.js";

/** @type {ReferenceParts} */
let parts;
let creating = false;
/** @type {ReturnType<typeof mountForm>} */
let form;

/** @param {ReferenceParts} found */
export function mountReference(found) {
  parts = found;
  mountProjects(found);
  form = mountForm(parts, (projectId) => {
    creating = false;
    openProject(projectId);
  });
  parts.new.addEventListener("click", () => {
    creating = true;
    show();
    parts.form.querySelector("input")?.focus();
  });
  mountImport(parts.import, parts.archive);
  on("project forget", show);
  const later = () => setTimeout(show); // re-renders that were deferred during a press or an edit
  parts.open.addEventListener("focusout", later);
  document.addEventListener("pointerup", later);
  on("step", () => {
    if (state.step === "reference") {
      creating = false;
      show();
      listProjects();
    }
  });
  show();
}

function show() {
  const open = creating ? null : state.project;
  const awaited = !creating && !open && loading();
  parts.open.hidden = !open && !awaited;
  parts.form.hidden = Boolean(open) || awaited;
  parts.new.hidden = !open;
  if (open) overview(open);
  else if (awaited) wait();
}

/** The place of the project that the address names. */
function wait() {
  delete parts.open.dataset.signature;
  parts.open.replaceChildren(el("p", { class: "empty loading", role: "status" }, "Loading the project…"));
}

/** @param {Project} project */
function overview(project) {
  const signature = JSON.stringify(project);
  const focused = focusedIn(parts.open);
  if (parts.open.dataset.signature === signature) return;
  parts.open.querySelector(".facts-list")?.replaceChildren(...facts(project));
  // defer the re-render until the edit or the press ends
  if (typing(focused) || parts.open.matches(":active")) return;
  parts.open.dataset.signature = signature;
  parts.open.replaceChildren(
    el("div", { class: "card-head" }, el("h2", {}, nameField(project)), el("span", {}, nature(project))),
    ...project.subjects.map((subject) =>
      project.subjects.length > 1 ? subjectSection(subject) : plates(subject),
    ),
    el("p", { class: "derived-line" }, project.derived),
    el("dl", { class: "facts-list" }, facts(project)),
    movedModels(project),
    el(
      "div",
      { class: "project-actions" },
      makeButton({ data: { keep: "anchors" } }, editAnchors, "Edit test prompts"),
      makeButton(
        {
          data: { keep: "like", action: "like" },
          title: "Start a new project with this one’s model and settings",
        },
        () => startLike(project),
        "New project like this one",
      ),
      project.references.length
        ? el(
            "a",
            {
              class: "button small",
              href: `project/${encodeURIComponent(project.id)}/references`,
              download: "",
              title: "The reference images with their prompts as text files, in a zip file",
              data: { keep: "captions" },
            },
            "Save images and captions",
          )
        : null,
    ),
    projectSettings(project),
  );
  focusKept(parts.open, focused?.dataset.keep);
}

/** @param {Project} project */
async function startLike(project) {
  creating = true;
  show();
  await form.like(project);
  toast(`The form has the model and the settings of ${project.name}: add your images.`);
  parts.form.querySelector("input")?.focus();
}

/**
 * The project name, editable in place.
 * @param {Project} project
 */
function nameField({ id, name }) {
  const input = el("input", {
    type: "text",
    class: "name-in-place",
    value: name,
    maxlength: 120,
    "aria-label": "Name of the project",
    title: "Click to change the name",
    data: { keep: "name" },
  });
  input.addEventListener("change", async () => {
    const typed = input.value;
    const answer = await write("rename", { project: id, name: typed });
    if (input.value === typed) input.value = answer?.name ?? state.project?.name ?? name;
    refresh();
    listProjects();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.blur();
  });
  return input;
}

/** @param {Project} project */
const facts = (project) =>
  project.facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
/**
 * Local models that are not where the project knows them, each with a button that says where it lies.
 * @param {Project} project
 */
function movedModels(project) {
  const node = el("div", { class: "moved-models" });
  const update = async () => {
    const answer = await call("reference", "local_models", { project: project.id });
    const shown = (answer?.models ?? []).filter(({ here, path, place }) => !here || path !== place);
    node.replaceChildren(...shown.map(movedModel));
  };
  /** @param {LocalModel} model */
  const movedModel = ({ role, place, here }) =>
    el(
      "p",
      { class: here ? "" : "lost" },
      here ? `The ${role} lies at ` : `The ${role} was not found: `,
      el("code", {}, place),
      makeButton(
        { class: "button small", data: { keep: `model ${place}`, action: "locate" } },
        async () => (await locateModel(place)) && update(),
        "Locate model",
      ),
    );
  update();
  return node;
}

/** @param {Project} project */
const nature = ({ kind, subjects }) =>
  kind === "style" ? "A style" : subjects.length > 1 ? count(subjects.length, "object") : "An object";

/**
 * The section of one of several objects: derived facts and pictures.
 * @param {Subject} subject
 */
function subjectSection(subject) {
  return el(
    "section",
    { class: "subject", "aria-label": subject.trigger },
    el(
      "dl",
      { class: "subject-facts" },
      subject.facts.map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, el("code", {}, value))),
      ),
    ),
    plates(subject),
  );
}

/** @param {Subject} subject */
function plates({ references }) {
  return el(
    "div",
    { class: "plates" },
    references.map((r) =>
      el(
        "figure",
        {},
        el("img", { src: reference(r.id), alt: r.prompt }),
        el("figcaption", {}, r.prompt, r.mask ? el("span", { class: "with-mask" }, "with its mask") : null),
        state.project?.kind === "object" ? maskButton(r) : null,
      ),
    ),
  );
}

/**
 * A button to paint the subject mask of a reference. Objects only: a style has no mask.
 * @param {Subject["references"][number]} r
 */
function maskButton(r) {
  return makeButton(
    {
      data: { keep: `mask ${r.id}`, action: "paint-mask" },
      "aria-label": `${r.mask ? "Change" : "Paint"} the mask: ${r.prompt}`,
    },
    () => paintReference(r),
    r.mask ? "Change mask" : "Paint mask",
  );
}
