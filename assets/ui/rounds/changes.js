/** What the choice of the round before changed, large; and what a branch is beside the line that it left. */
/** @import { Beside, BenchmarkPicture, BranchLine, ChoiceChange } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { newest } from "../app/newest.js";
import { call, refresh } from "../app/session.js";
import { copyOrNot, ofRound, openSuggestions, state, whenever } from "../app/store.js";
import { address } from "../app/urls.js";
import { write } from "../app/writes.js";
import { Button, html } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { EnlargedImage, SharpenedButton } from "../kit/sharpened.js";
import { toast } from "../kit/toast.js";
import { Turns } from "../kit/turns.js";
import { openViewer } from "../viewer/viewer.js";
import { render } from "../vendor/preact.min.js";
import { batch, computed, signal } from "../vendor/signals.min.js";
import { canReview, showSide } from "./sides.js";

/** @import { Look } from "../viewer/looks.js" */

/** What the studio tells of the round. */
const changes = ofRound(() => /** @type {ChoiceChange[]} */ ([]));
const beside = ofRound(() => /** @type {Beside | null} */ (null));
const shown = signal(/** @type {"beside" | "changes"} */ ("beside"));
const at = ofRound(() => 0);
const answered = ofRound(() => ""); // what was asked last, once its answer is here

/** Does the studio still look whether there is anything to show of the round? */
export const changesComing = () => wanted.value !== "" && wanted.value !== answered.value;

export const hasChanges = () => changes.value.length > 0 || beside.value !== null;

/** What the answer depends on, with the round; empty where there is nothing to ask. */
const wanted = computed(() => {
  const { roundId: round, measures, rounds } = state;
  const drawn = measures?.rounds.find(({ id }) => id !== null && id === round)?.drawn;
  const branched = rounds.some((one) => one.copy_of) && rounds.map((one) => [one.candidates, one.aside]);
  const all = measures?.rounds.map((one) => [one.drawn, one.accepted]);
  return state.step === "rounds" && round && (drawn || branched)
    ? JSON.stringify([round, all, branched])
    : "";
});

/** @param {Pick<RoundsParts, "changes">} parts */
export function mountChanges({ changes: box }) {
  const newRequest = newest(() => state.roundId);
  whenever(
    () => wanted.value,
    async (asked) => {
      const isLatest = newRequest();
      if (!asked) return;
      const answer = await call("rounds", "changes", { project: state.projectId, round: state.roundId });
      if (!isLatest()) return;
      batch(() => {
        answered.value = asked;
        changes.value = [...(answer?.changes ?? changes.value)];
        beside.value = answer ? answer.beside : beside.value;
      });
    },
  );
  render(html`<${Changes} />`, box);
}

const linesShown = () => (shown.value === "beside" || !changes.value.length ? beside.value : null);

/** @returns {Look[]} */
const looks = () => {
  const two = linesShown();
  return two ? besideLooks(two) : changes.value.map(changeLook);
};

/** Turn to another prompt. @param {number} by */
export function turnChanges(by) {
  const count = looks().length;
  at.value = (Math.min(at.value, count - 1) + by + count) % count;
}

/** The pictures of one prompt, as large as the window allows. */
function Changes() {
  const [two, all] = [linesShown(), looks()];
  const row = Math.min(at.value, all.length - 1);
  if (row < 0) return null;
  const title = two ? "Two branches, side by side" : "What your choice changed";
  const enlarge = () => openViewer({ looks: all, at: row });
  return html`<div class="changes-head">
      <h2 id="changes-title">${title}</h2>
      <p>Same prompt and seed in both ${two ? "branches" : "rounds"}</p>
      ${two && html`<div class="changes-keep">${[two.left, two.branch].map(keeper)}</div>`}
      ${
        beside.value &&
        changes.value.length > 0 &&
        html`<${Segments}
          label="What is compared" chosen=${shown.value} choose=${show}
          names=${[["beside", "Branches"], ["changes", "Choice"]]}
        />`
      }
      <${SharpenedButton} />
    </div>
    <button
      type="button" class="change" title="Enlarge" data-frames=${all[row].frames.length} onClick=${enlarge}
    >${all[row].frames.map(
      ({ name, src, words }, i) => html`<figure key=${i}>
        <${EnlargedImage} src=${src} alt=${i ? "" : all[row].title} />
        <figcaption><b>${name}</b>${words && html` <span data-words=${words}>${words}</span>`}</figcaption>
      </figure>`,
    )}</button>
    <h3 class="changes-prompt" dir="auto" translate=${false}>${all[row].title}</h3>
    <div class="changes-foot">
      ${all.length > 1 && html`<${Turns} what="Prompt" at=${row} count=${all.length} turn=${turnChanges} />`}
      <${GoOn} />
    </div>`;
}

function GoOn() {
  const open = canReview() && openSuggestions().length;
  return html`<${Button}
    class="button" data-part="go-on" data-next=${open ? "" : null}
    onClick=${() => showSide(canReview() ? "review" : "candidates")}
  >${open ? `Review ${open} ›` : "See its images ›"}<//>`;
}

/** @param {"beside" | "changes"} one */
const show = (one) => {
  shown.value = one;
  at.value = 0;
};

/** Makes a line the main one, or says that it is. @param {BranchLine} line */
function keeper({ round, name, words, main }) {
  const keepLine = async () => {
    if (!(await write("keep_line", { round }))) return;
    await refresh();
    toast(`${name} is now on the main branch. The other branch is kept below.`);
  };
  return main
    ? html`<span key=${round} class="changes-main">✓ “${words}” is the main branch</span>`
    : html`<${Button} key=${round} title="Make the branch of ${name} the main one" onClick=${keepLine}>
        Keep “${words}”
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
    { name: "You accepted", src: address("picture", accepted), words: "" },
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
