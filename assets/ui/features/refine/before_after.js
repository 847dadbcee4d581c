/** The same prompts and seeds before and after a refinement, in the viewer. */
/** @import { ComparedAnchor, ShownPicture } from "payloads" */
import { call } from "../../app/session.js";
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { html } from "../../kit/html.js";
import { useEffect, useRef, useState } from "../../vendor/preact.min.js";
import { Viewer } from "../../viewer/viewer.js";

/**
 * Every seed of every test prompt.
 * @param {ComparedAnchor[]} anchors
 */
const looksOfAnchors = (anchors) =>
  anchors.flatMap(({ prompt, pictures }) =>
    pictures.map(({ before, after }, i) => ({
      title: pictures.length > 1 ? `${prompt} · seed ${i + 1} of ${pictures.length}` : prompt,
      frames: [frame("Before", before), frame("After", after)],
    })),
  );

/**
 * @param {string} name
 * @param {ShownPicture} picture
 */
const frame = (name, picture) => ({
  name,
  src: address("picture", picture),
  words: picture.copy ? "copy" : "not a copy",
});

/** Loads the pictures when it is shown, and again when there are more. */
export function BeforeAfter() {
  const [anchors, show] = useState(/** @type {ComparedAnchor[]} */ ([]));
  const [at, jump] = useState(0);
  const latest = useRef("");
  const pictures = [...state.candidates.values()].map(({ id, copy }) => [id, copy]);
  const key = JSON.stringify([state.roundId, pictures]);
  useEffect(() => {
    latest.current = key;
    call("rounds", "before_after", { round: state.roundId }).then((answer) => {
      if (answer && latest.current === key) show([...answer.anchors]);
    });
  }, [key]);
  const looks = looksOfAnchors(anchors);
  if (!looks.length)
    return html`<p class="empty">${
      state.parts.refinement?.step === "done"
        ? "The round before has no image of the same prompt and seed."
        : "Train on the pairs; then Generate makes the same prompts and seeds again."
    }</p>`;
  /** @param {{ currentTarget: HTMLSelectElement }} event */
  const choose = ({ currentTarget: { selectedIndex } }) => {
    let place = 0;
    for (const { pictures: seeds } of anchors.slice(0, selectedIndex)) place += seeds.length;
    jump(place);
  };
  return html`<div class="compare-head">
      <select aria-label="Test prompt" onChange=${choose}>
        ${anchors.map(({ id, prompt }) => html`<option key=${id} value=${id}>${prompt}</option>`)}
      </select>
    </div>
    <${Viewer} looks=${looks} at=${at} what="Image" />`;
}
