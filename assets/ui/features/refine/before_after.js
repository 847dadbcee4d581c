/** The same prompts and seeds before and after a refinement, in the viewer. */
/** @import { ComparedAnchor, ShownPicture } from "payloads" */
import { call } from "../../app/session.js";
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { html, useAnswer } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { useState } from "../../vendor/preact.min.js";
import { Viewer } from "../../viewer/viewer.js";

/** Every seed of every test prompt. @param {readonly ComparedAnchor[]} anchors */
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
  const [at, jump] = useState(0);
  const pictures = [...state.candidates.values()].map(({ id, copy }) => [id, copy]);
  const key = JSON.stringify([state.roundId, pictures]);
  const answer = useAnswer(() => call("rounds", "before_after", { round: state.roundId }), [key]);
  const anchors = answer?.anchors ?? [];
  const looks = looksOfAnchors(anchors);
  if (!looks.length)
    return html`<p class="empty">${
      state.parts.refinement?.step === "done"
        ? "The previous round has no image of the same prompt and seed."
        : "Train on the pairs; then Generate makes the same prompts and seeds again."
    }</p>`;
  /** @param {string} chosen */
  const choose = (chosen) => {
    const before = anchors.slice(
      0,
      anchors.findIndex(({ id }) => id === chosen),
    );
    jump(before.flatMap(({ pictures: seeds }) => seeds).length);
  };
  return html`<div class="compare-head">
      <${Select}
        aria-label="Test prompt" choose=${choose} names=${anchors.map(({ id, prompt }) => [id, prompt])}
      />
    </div>
    <${Viewer} looks=${looks} at=${at} what="Image" />`;
}
