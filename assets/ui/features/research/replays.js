/** Below the charts: how far the replays of this project are, what they came to, and both side by side. */
/** @import { Replay, SheetRow } from "payloads" */
import { state } from "../../app/store.js";
import { download } from "../../app/archives.js";
import { call, openProject, refresh } from "../../app/session.js";
import { address } from "../../app/urls.js";
import { write } from "../../app/writes.js";
import { How } from "../../how/how.js";
import { html } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { pictureOf, pictureWords } from "../../results/first_looks.js";
import { openViewer } from "../../viewer/viewer.js";

/** For a component that is rendered again when measures or replays have changed. */
export function Replays() {
  const { replays } = state.parts;
  if (!replays?.own && !replays?.made.length) return null;
  return html`<section class="replays" aria-label="Replays">
    ${replays.own ? html`<${Origin} own=${replays.own} />` : html`<${Made} made=${replays.made} />`}
  </section>`;
}

/** @param {{ made: Replay[] }} props */
const Made = ({ made }) => html`
  <p class="chart-title"><b>Replays</b> The same rounds again, with the same seeds.</p>
  <ul class="replay-list">
    ${made.map((replay) => html`<${Row} key=${replay.project_id} replay=${replay} />`)}
  </ul>
  <${How} chapter="replays" />
`;

/** @param {{ own: Replay }} props */
const Origin = ({ own }) => html`
  <p class="chart-title"><b>A replay</b> This project replays ${own.source_name}: ${own.title}.</p>
  ${
    own.has_source
      ? link(`Open ${own.source_name}`, () => openProject(own.source_id))
      : html`<p class="replay-note">${own.source_name} is not in this workspace.</p>`
  }
  ${state.projectId ? files(state.projectId, "this replay") : null}
  ${own.state === "halted" ? action("Continue", "continue_replay", state.projectId) : null}
  ${own.difference ? html`<${Compared} replay=${own} />` : null}
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
  ${replay.difference ? html`<${Compared} replay=${replay} />` : null}
  ${[replay.incomparable, replay.not_replayed]
    .filter(Boolean)
    .map((words) => html`<p class="replay-note">${words}</p>`)}
</li>`;

/** @param {{ replay: Replay, named?: string }} props */
const Compared = ({ replay, named }) => html`<p class="replay-note">
  ${named && html`<b>${named}</b> `}${replay.difference} ${link("Compare the images", () => compare(replay))}
</p>`;

/** In Results: what each replay came to. */
export const ComparedReplays = () =>
  (state.parts.replays?.made ?? [])
    .filter(({ difference }) => difference)
    .map(
      (replay) =>
        html`<${Compared} key=${replay.project_id} replay=${replay} named="Replay: ${replay.title}" />`,
    );

/** Beside the strip: how far a replay is that runs. */
export function ReplayNote() {
  const running = state.parts.replays?.made.find((one) => one.state === "working");
  if (!running) return null;
  const { drawn, wanted, far, project_id: project } = running;
  return html`<button
    type="button" class="quiet strip-replay" title="Open it: ${far}" onClick=${() => openProject(project)}
  >Replay: ${drawn} of ${wanted} rounds</button>`;
}

/**
 * Shows the last round of a replay beside the project's; where nothing was accepted, the first round, too.
 * @param {Replay} replay
 */
async function compare({ source_id, project_id, source_round, rounds, policy }) {
  const asked = [source_id, project_id].map((project) => call("results", "test_pictures", { project }));
  const [own, again] = await Promise.all(asked);
  if (!own || !again) return;
  const [first, last] = [policy === "nothing" ? rounds[0]?.id : null, rounds.at(-1)?.id];
  const looks = looksOfBoth([...own.rows], [...again.rows], source_round, last ?? "", first ?? "");
  if (looks.length) openViewer({ looks, mode: "cut" });
  else toast("The two have no benchmark image in common.");
}

/**
 * The benchmark images with the same prompt and seed of a round and of its replay.
 * @param {SheetRow[]} own
 * @param {SheetRow[]} again
 * @param {string} round
 * @param {string} replayed
 * @param {string} [first] the first round, which both have in common, to be shown before them
 */
export const looksOfBoth = (own, again, round, replayed, first) =>
  own.flatMap((row) => {
    const other = again.find(({ part, prompt }) => part === row.part && prompt === row.prompt);
    if (row.part !== "held_out" || !other) return [];
    return Object.keys(row.pictures[round] ?? {}).flatMap((seed) => {
      /** @type {[string, SheetRow, string][]} */
      const wanted = [
        ["Yours", row, round],
        [first ? "Nothing accepted" : "Replay", other, replayed],
      ];
      if (first) wanted.unshift(["Round 1", other, first]);
      const frames = wanted.flatMap(([name, from, of]) => {
        const one = pictureOf(from, of, Number(seed));
        return one ? [{ name, src: address("test-picture", one), words: pictureWords(one) }] : [];
      });
      return frames.length === wanted.length ? [{ title: row.prompt, frames }] : [];
    });
  });

/**
 * @param {string} words
 * @param {(event: { currentTarget: HTMLButtonElement }) => unknown} act
 * @param {string} [label]
 */
const link = (words, act, label) => html`<button
  type="button" class="link" key=${words} aria-label=${label} onClick=${act}
>${words}</button>`;

/**
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
