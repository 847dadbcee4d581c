/** What the choice of the round before changed: the accepted images, and their prompts before and now. */
/** @import { BenchmarkPicture, ChoiceChange } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { newest } from "../app/newest.js";
import { call } from "../app/session.js";
import { copyOrNot, on, state } from "../app/store.js";
import { address } from "../app/urls.js";
import { html, set } from "../kit/html.js";
import { openViewer } from "../viewer/viewer.js";
import { render } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

const KEY = "gal-studio-changes-closed";
const changes = signal(/** @type {ChoiceChange[]} */ ([]));

/** @param {Pick<RoundsParts, "changes" | "strip">} parts */
export function mountChanges({ changes: box, strip }) {
  const close = () => {
    remember(state.roundId ?? "");
    box.hidden = true;
    strip.querySelector(/** @type {"button"} */ ("button[aria-current]"))?.focus();
  };
  const newRequest = newest();
  let asked = "";
  on("step round measures forget", async () => {
    const round = state.roundId;
    const drawn = state.measures?.rounds.find(({ id }) => id !== null && id === round)?.drawn;
    const wanted = state.step === "rounds" && round && drawn && !closed(round) ? `${round} ${drawn}` : "";
    if (wanted === asked) return;
    asked = wanted;
    const isLatest = newRequest();
    box.hidden = true;
    if (!wanted) return;
    const answer = await call("rounds", "changes", { project: state.projectId, round });
    if (!answer || !isLatest()) return;
    set(changes, answer.changes);
    box.hidden = !answer.changes.length;
  });
  const Changes = () => html`<div class="changes-head">
      <h2 id="changes-title">What your choice changed</h2>
      <p>Same prompt and seed in both rounds</p>
    </div>
    <div class="changes-list" role="list" aria-labelledby="changes-title">${changes.value.map(item)}</div>
    <button
      type="button" class="quiet" aria-label="Close what your choice changed" onClick=${close}
    >✕</button>`;
  render(html`<${Changes} />`, box);
}

/** @param {BenchmarkPicture} picture */
const frameOf = (picture) => ({
  name: picture.round,
  src: address("test-picture", picture),
  words: copyOrNot(picture),
});

/** @param {ChoiceChange} change */
function item({ accepted, before, now }) {
  const frames = [
    { name: "Accepted", src: address("picture", accepted), words: "" },
    ...(before ? [frameOf(before)] : []),
    frameOf(now),
  ];
  const enlarge = () => openViewer({ looks: [{ title: accepted.prompt, frames }] });
  return html`<div role="listitem" key=${accepted.id}>
    <button type="button" class="change" title="Enlarge ${accepted.prompt}" onClick=${enlarge}>${frames.map(
      ({ name, src, words }, i) => html`<figure>
        <img src=${src} alt=${i ? "" : accepted.prompt} width="64" height="64" />
        <figcaption><b>${name}</b>${words && ` ${words}`}</figcaption>
      </figure>`,
    )}</button>
  </div>`;
}

/** @param {string} round */
function closed(round) {
  try {
    return (localStorage.getItem(KEY) ?? "").split(" ").includes(round);
  } catch {
    return false;
  }
}

/** @param {string} round */
function remember(round) {
  try {
    const before = (localStorage.getItem(KEY) ?? "").split(" ").filter(Boolean);
    localStorage.setItem(KEY, [...before, round].slice(-100).join(" "));
  } catch {
    /* storage is blocked: it is closed until another round is shown */
  }
}
