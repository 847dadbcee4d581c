/** The list of projects, and of archived projects, which can be restored or deleted. */
/** @import { Demo, ListedProject } from "payloads" */
/** @import { ReferenceParts } from "../app/types/parts.d.ts" */
import { state } from "../app/store.js";
import { call, openProject } from "../app/session.js";
import { write } from "../app/writes.js";
import { newest } from "../app/newest.js";
import { el, makeButton, reference, repeats } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { askToDelete } from "./delete_project.js";
import { toast } from "../kit/toast.js";
import { planTour } from "../rounds/tour/memory.js";

/** @type {ReferenceParts} */
let parts;
const newRequest = newest();
/** @type {Demo["kind"] | null} the demo that is being created */
let trying = null;
let open = false; // the list of archived projects is expanded

/** @param {ReferenceParts} found */
export function mountProjects(found) {
  parts = found;
}

/** Fetch and show the projects and demos. */
export async function listProjects() {
  const isLatest = newRequest();
  const answer = await call("reference", "overview", {});
  if (!answer || !isLatest() || repeats(parts.projects, [answer, state.projectId, trying])) return;
  const active = answer.projects.filter((project) => project.size === null);
  const archived = answer.projects.filter((project) => project.size !== null);
  parts.projects.replaceChildren(
    ...(active.length
      ? active.map(row)
      : [el("li", { class: "none" }, "No project yet. The demo is a good start.")]),
  );
  parts["put-away"].replaceChildren(...(archived.length ? [archivedList(archived)] : []));
  parts.demo.replaceChildren(...answer.demos.map(demoButton));
}

/**
 * @param {ListedProject} project
 * @param {string} more
 */
function cardContent(project, more) {
  return [
    project.cover ? el("img", { src: reference(project.cover), alt: "", width: 44, height: 44 }) : null,
    el(
      "span",
      {},
      el("b", { translate: "no" }, project.name),
      el(
        "span",
        {},
        project.broken ? `Broken · ${more}` : `${project.kind} · ${count(project.rounds, "round")} · ${more}`,
      ),
    ),
  ];
}

/**
 * A project that cannot be shown: why, and what can be done with it.
 * @param {ListedProject} project
 */
function brokenRow(project) {
  return el(
    "li",
    { class: "broken-line" },
    el(
      "div",
      { class: "project-face" },
      el("span", {}, el("b", { translate: "no" }, project.name), el("span", {}, `Broken. ${project.broken}`)),
    ),
    el(
      "div",
      { class: "project-buttons" },
      el(
        "a",
        {
          class: "button small",
          href: `project/${project.id}/archive?raw=1`,
          download: "",
          title: "A zip file of everything that can still be read",
          data: { action: "export-raw" },
        },
        "Export as it is",
      ),
      makeButton({ data: { action: "put-away" } }, archive(project), "Archive"),
    ),
  );
}

/** @param {ListedProject} project */
function row(project) {
  if (project.broken) return brokenRow(project);
  const current = project.id === state.projectId;
  return el(
    "li",
    { class: "project-line" },
    makeButton(
      { class: "project-row", "aria-current": current ? "true" : null },
      () => openProject(project.id),
      cardContent(project, project.created),
    ),
    makeButton(
      {
        class: "quiet",
        "aria-label": `Archive ${project.name}`,
        title: "Archive it: it moves to the end of this list. Nothing is lost.",
        data: { action: "put-away" },
      },
      archive(project),
      "Archive",
    ),
  );
}

/** @param {ListedProject} project */
const archive = (project) =>
  once(async () => {
    if (await write("archive", { project: project.id }))
      toast(`${project.name} is archived: find it at the end of the list.`);
  });

/** @param {ListedProject[]} projects */
function archivedList(projects) {
  const list = el(
    "details",
    { class: "put-away" },
    el("summary", {}, `Archived (${projects.length})`),
    el("ul", {}, projects.map(archivedRow)),
  );
  list.open = open;
  list.addEventListener("toggle", () => {
    open = list.open;
  });
  return list;
}

/** @param {ListedProject} project */
function archivedRow(project) {
  /**
   * @param {string} action
   * @param {string} label
   * @param {string} title
   * @param {() => Promise<unknown>} act
   */
  const button = (action, label, title, act) =>
    makeButton({ title, "aria-label": `${label}: ${project.name}`, data: { action } }, once(act), label);
  return el(
    "li",
    {},
    el("div", { class: "project-face" }, cardContent(project, project.size ?? "")),
    el(
      "div",
      { class: "project-buttons" },
      button("bring-back", "Restore", "Put it back on the list", () =>
        write("restore", { project: project.id }),
      ),
      makeButton(
        { "aria-label": `Delete for good: ${project.name}`, data: { action: "delete" } },
        (event) => askToDelete(project, event.currentTarget.parentElement, once),
        "Delete for good…",
      ),
    ),
  );
}

/**
 * A click handler that disables its button, runs `act`, and reloads the list.
 * @param {() => Promise<unknown>} act
 */
const once =
  (act) =>
  async (/** @type {{ currentTarget: HTMLButtonElement }} */ { currentTarget: button }) => {
    if (button.disabled) return;
    const list = parts.projects.contains(button) ? parts.projects : parts["put-away"];
    const rows = () => [...list.querySelectorAll("li")];
    const at = rows().findIndex((item) => item.contains(button));
    button.disabled = true;
    await act();
    button.disabled = false;
    await listProjects();
    if (document.activeElement !== document.body) return;
    const next = rows()[Math.min(at, rows().length - 1)] ?? parts.projects;
    next.querySelector("button")?.focus();
  };

/** @param {Demo} demo */
function demoButton(demo) {
  const button = makeButton(
    { class: "demo-button", disabled: Boolean(trying), "aria-busy": trying === demo.kind ? "true" : null },
    async () => {
      if (trying) return;
      trying = demo.kind;
      markTrying(button);
      const answer = await write("try_demo", { kind: demo.kind });
      trying = null;
      delete parts.projects.dataset.signature; // `markTrying` changed the buttons: they are made anew
      if (!answer) return listProjects();
      if (answer.is_new) planTour(answer.project);
      else toast("This is your project of the demo. To start the demo anew, archive it first.");
      openProject(answer.project);
    },
    el("img", { src: `demo/${demo.kind}`, alt: "" }),
    el("b", {}, demo.title),
    el("span", {}, demo.note),
  );
  if (trying === demo.kind) markTrying(button);
  return button;
}

/**
 * Say at once that a demo is being created; the other one waits.
 * @param {HTMLButtonElement} button
 */
function markTrying(button) {
  for (const one of [button, ...parts.demo.querySelectorAll("button")]) one.disabled = true;
  button.setAttribute("aria-busy", "true");
  button.append(
    el("span", { class: "demo-making", role: "status" }, "Making the project, then it runs…"),
    el("progress", { "aria-label": "The demo is being made" }),
  );
}
