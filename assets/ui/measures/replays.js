/** Below the chart of rounds: draw this project again under another policy, and how far each replay is. */
/** @import { Replay } from "payloads" */
import { state, on } from "../app/store.js";
import { download } from "../app/archives.js";
import { openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { howComputed } from "../how/how.js";
import { chartTitle } from "../kit/chart.js";
import { el, makeButton, repeats } from "../kit/dom.js";
import { differenceWords, progressWords } from "./replay_words.js";

/** @param {HTMLElement} panel */
export function mountReplays(panel) {
  const box = el("section", { class: "replays", "aria-label": "Replays" });
  const how = howComputed("replays");
  panel.append(box);
  on("measures replays forget view", () => {
    if (!panel.hidden) show(box, how);
  });
}

/**
 * @param {HTMLElement} box
 * @param {HTMLElement} how
 */
function show(box, how) {
  const { measures, replays } = state;
  const trained = measures?.rounds.filter((round) => round.id && round.trained).length ?? 0;
  box.hidden = !replays || (!replays.own && trained < 2);
  if (!replays || box.hidden || repeats(box, replays)) return;
  if (replays.own) {
    box.replaceChildren(...origin(replays.own));
    return;
  }
  box.replaceChildren(
    chartTitle("Replay this project", " with the same seeds, as a dashed line above. Follow:"),
    el(
      "div",
      { class: "replay-buttons" },
      replays.follow.map(({ policy, label }) =>
        makeButton(
          { data: { policy }, "aria-label": `Replay this project, follow: ${label}` },
          (event) => start(/** @type {HTMLButtonElement} */ (event.currentTarget)),
          label,
        ),
      ),
    ),
    el("ul", { class: "replay-list" }, replays.made.map(row)),
    how,
  );
}

/** @param {HTMLButtonElement} button */
async function start(button) {
  const { roundId } = state;
  if (!roundId) return;
  button.disabled = true;
  await write("replay", { round: roundId, policy: button.dataset.policy ?? "" });
  button.disabled = false;
  await refresh();
}

/**
 * What the open project draws again.
 * @param {Replay} own
 */
function origin(own) {
  return [
    chartTitle("A replay", ` This project replays ${own.source_name}: ${own.title}.`),
    own.has_source
      ? makeButton({ class: "link" }, () => openProject(own.source_id), `Open ${own.source_name}`)
      : el("p", { class: "replay-note" }, `${own.source_name} is not in this workspace.`),
    state.projectId ? filesButton(state.projectId, "this replay") : "",
    own.state === "halted" ? action("Continue", "continue_replay", state.projectId) : "",
    own.not_replayed ? el("p", { class: "replay-note" }, own.not_replayed) : "",
  ];
}

/** @param {Replay} replay */
function row(replay) {
  const difference = differenceWords(replay);
  return el(
    "li",
    { data: { project: replay.project_id, state: replay.state } },
    el("b", {}, replay.title),
    el("span", { class: "replay-state" }, progressWords(replay)),
    makeButton(
      { class: "link", "aria-label": `Open ${replay.name}` },
      () => openProject(replay.project_id),
      "Open",
    ),
    replay.state === "done" ? filesButton(replay.project_id, replay.name) : "",
    replay.state === "working" ? action("Stop", "stop_replay", replay.project_id) : "",
    replay.state === "halted" ? action("Continue", "continue_replay", replay.project_id) : "",
    ...[difference, replay.incomparable, replay.not_replayed]
      .filter(Boolean)
      .map((words) => el("p", { class: "replay-note" }, words)),
  );
}

/**
 * Download the figures and contact sheets of a replay.
 * @param {string} project
 * @param {string} name
 */
function filesButton(project, name) {
  const from = `project/${encodeURIComponent(project)}/replay`;
  const what = "contact sheets, figures and decisions, beside the project's";
  return makeButton(
    { class: "link", "aria-label": `Download the files of ${name}` },
    ({ currentTarget }) => download(/** @type {HTMLButtonElement} */ (currentTarget), from, what),
    "Files",
  );
}

/**
 * @param {string} words
 * @param {"stop_replay" | "continue_replay"} name
 * @param {string | null} project
 */
function action(words, name, project) {
  const act = async () => {
    if (!project) return;
    await write(name, { project });
    await refresh();
  };
  return makeButton({ class: "link" }, act, words);
}
