/** What the choice of the round before changed, and what a branch is beside the line that it left. */
/** @import { Beside, BenchmarkPicture, BranchLine, ChoiceChange } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { keep, kept } from "../kit/kept.js";
import { newest } from "../app/newest.js";
import { call, refresh } from "../app/session.js";
import { copyOrNot, on, state } from "../app/store.js";
import { address } from "../app/urls.js";
import { write } from "../app/writes.js";
import { Button, html, set } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { toast } from "../kit/toast.js";
import { openViewer } from "../viewer/viewer.js";
import { render } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

/** @import { Look } from "../viewer/looks.js" */

const KEY = "gal-studio-changes-closed";
const changes = signal(/** @type {ChoiceChange[]} */ ([]));
const beside = signal(/** @type {Beside | null} */ (null));
const shown = signal(/** @type {"beside" | "changes"} */ ("beside"));

/** @param {Pick<RoundsParts, "changes" | "strip">} parts */
export function mountChanges({ changes: box, strip }) {
  const close = () => {
    keep(KEY, [...closed(), state.roundId].slice(-100).join(" "));
    box.hidden = true;
    strip.querySelector(/** @type {"button"} */ ("button[aria-current]"))?.focus();
  };
  const newRequest = newest();
  let asked = "";
  let before = "";
  on("step round rounds measures received forget", async () => {
    const { roundId: round, measures, rounds } = state;
    const drawn = measures?.rounds.find(({ id }) => id !== null && id === round)?.drawn;
    const branched = rounds.some((one) => one.copy_of) && rounds.map((one) => [one.candidates, one.aside]);
    const all = measures?.rounds.map((one) => [one.drawn, one.accepted]);
    const about = (drawn || branched) && [all, branched];
    const wanted =
      state.step === "rounds" && round && about && !closed().includes(round) ? JSON.stringify(about) : "";
    if (`${round} ${wanted}` === asked) return;
    asked = `${round} ${wanted}`;
    const isLatest = newRequest();
    if (!wanted || round !== before) box.hidden = true;
    before = round ?? "";
    if (!wanted) return;
    const answer = await call("rounds", "changes", { project: state.projectId, round });
    if (!answer || !isLatest()) return;
    set(changes, answer.changes);
    set(beside, answer.beside);
    box.hidden = !answer.changes.length && !answer.beside;
  });
  const Changes = () => {
    const two = beside.value;
    const looks = two && (shown.value === "beside" || !changes.value.length) ? besideLooks(two) : null;
    const both = two && changes.value.length > 0;
    return html`<div class="changes-head">
        <h2 id="changes-title">${looks ? "Two lines, side by side" : "What your choice changed"}</h2>
        <p>Same prompt and seed in both ${looks ? "lines" : "rounds"}</p>
        ${looks && two && html`<div class="changes-keep">${[two.left, two.branch].map(keeper)}</div>`}
      </div>
      <div class="changes-list" role="list" aria-labelledby="changes-title">
        ${(looks ?? changes.value.map(changeLook)).map(item)}
      </div>
      <div class="changes-end">
        <button
          type="button" class="quiet" aria-label="Close what your choice changed" onClick=${close}
        >✕</button>
        ${
          both &&
          html`<${Segments}
            label="What is compared" chosen=${shown.value} choose=${show}
            names=${[["beside", "Lines"], ["changes", "Choice"]]}
          />`
        }
      </div>`;
  };
  render(html`<${Changes} />`, box);
}

/** @param {"beside" | "changes"} one */
const show = (one) => {
  shown.value = one;
};

/**
 * Makes a line the main one, or says that it is.
 * @param {BranchLine} line
 */
function keeper({ round, name, words, main }) {
  const keepLine = async () => {
    if (!(await write("keep_line", { round }))) return;
    await refresh();
    toast(`${name}: its line is the main one now. The other stays, below it.`);
  };
  return main
    ? html`<span key=${round} class="changes-main">✓ ${words} is the main line</span>`
    : html`<${Button} key=${round} title="Make the line of ${name} the main one" onClick=${keepLine}>
        Keep ${words}
      <//>`;
}

/** @param {BenchmarkPicture} picture */
const frameOf = (picture) => ({
  name: picture.round,
  src: address("test-picture", picture),
  words: copyOrNot(picture),
});

/** @param {ChoiceChange} change @returns {Look} */
const changeLook = ({ accepted, before, now }) => ({
  title: accepted.prompt,
  frames: [
    { name: "Accepted", src: address("picture", accepted), words: "" },
    ...(before ? [frameOf(before)] : []),
    frameOf(now),
  ],
});

/** @param {Beside} two @returns {Look[]} */
const besideLooks = ({ left, branch, measured, pairs }) =>
  pairs.map((pair) => ({
    title: pair.prompt,
    frames: [
      { name: left.words, src: address(measured ? "test-picture" : "picture", pair.left), words: "" },
      { name: branch.words, src: address(measured ? "test-picture" : "picture", pair.branch), words: "" },
    ],
  }));

/**
 * @param {Look} look
 * @param {number} at
 * @param {Look[]} looks
 */
const item = ({ title, frames }, at, looks) => html`<div role="listitem" key=${frames.at(-1)?.src}>
  <button
    type="button" class="change" title="Enlarge ${title}" onClick=${() => openViewer({ looks, at })}
  >${frames.map(
    ({ name, src, words }, i) => html`<figure>
      <img src=${src} alt=${i ? "" : title} width="64" height="64" />
      <figcaption><b>${name}</b>${words && ` ${words}`}</figcaption>
    </figure>`,
  )}</button>
</div>`;

const closed = () => (kept(KEY) ?? "").split(" ").filter(Boolean);
