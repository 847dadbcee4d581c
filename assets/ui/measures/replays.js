/** Below the chart of rounds: how far the replays of this project are, and what they came to. */
/** @import { Replay } from "payloads" */
import { state } from "../app/store.js";
import { download } from "../app/archives.js";
import { openProject, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { How } from "../how/how.js";
import { html } from "../kit/html.js";

/** For a component that is rendered again when measures or replays have changed. */
export function Replays() {
  const { replays } = state;
  if (!replays?.own && !replays?.made.length) return null;
  return html`<section class="replays" aria-label="Replays">
    ${replays.own ? html`<${Origin} own=${replays.own} />` : html`<${Made} made=${replays.made} />`}
  </section>`;
}

/** @param {{ made: Replay[] }} props */
const Made = ({ made }) => html`
  <p class="chart-title"><b>Replays</b> Dashed lines above, with the same seeds.</p>
  <ul class="replay-list">
    ${made.map((replay) => html`<${Row} key=${replay.project_id} replay=${replay} />`)}
  </ul>
  <${How} chapter="replays" />
`;

/**
 * What the open project draws again.
 * @param {{ own: Replay }} props
 */
const Origin = ({ own }) => html`
  <p class="chart-title"><b>A replay</b> This project replays ${own.source_name}: ${own.title}.</p>
  ${
    own.has_source
      ? link(`Open ${own.source_name}`, () => openProject(own.source_id))
      : html`<p class="replay-note">${own.source_name} is not in this workspace.</p>`
  }
  ${state.projectId ? files(state.projectId, "this replay") : null}
  ${own.state === "halted" ? action("Continue", "continue_replay", state.projectId) : null}
  ${own.not_replayed ? html`<p class="replay-note">${own.not_replayed}</p>` : null}
`;

/** @param {{ replay: Replay }} props */
const Row = ({ replay }) => html`<li data-project=${replay.project_id} data-state=${replay.state}>
  <b>${replay.title}</b>
  <span class="replay-state">${replay.far}</span>
  ${link("Open", () => openProject(replay.project_id), `Open ${replay.name}`)}
  ${replay.state === "done" ? files(replay.project_id, replay.name) : null}
  ${replay.state === "working" ? action("Stop", "stop_replay", replay.project_id) : null}
  ${replay.state === "halted" ? action("Continue", "continue_replay", replay.project_id) : null}
  ${[replay.difference, replay.incomparable, replay.not_replayed]
    .filter(Boolean)
    .map((words) => html`<p class="replay-note">${words}</p>`)}
</li>`;

/**
 * @param {string} words
 * @param {(event: { currentTarget: HTMLButtonElement }) => unknown} act
 * @param {string} [label]
 */
const link = (words, act, label) => html`<button
  type="button" class="link" key=${words} aria-label=${label} onClick=${act}
>${words}</button>`;

/**
 * The figures and contact sheets of a replay.
 * @param {string} project
 * @param {string} name
 */
function files(project, name) {
  const from = `project/${encodeURIComponent(project)}/replay`;
  const what = "contact sheets, figures and decisions, beside the project's";
  return link(
    "Files",
    ({ currentTarget }) => download(currentTarget, from, what),
    `Download the files of ${name}`,
  );
}

/**
 * @param {string} words
 * @param {"stop_replay" | "continue_replay"} name
 * @param {string | null} project
 */
function action(words, name, project) {
  return link(words, async () => {
    if (!project) return;
    await write(name, { project });
    await refresh();
  });
}
