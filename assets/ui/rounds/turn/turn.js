/** The chance of a copy along the strength of the LoRA. */
/** @import { Candidate, CopyCurve } from "payloads" */
import { imagesOf, state } from "../../app/store.js";
import { roundFigure } from "../../app/urls.js";
import { copiesOf, count, percent, strength } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { Plot } from "../../app/plot.js";

/**
 * A curve in words, for who does not see it: "Copy risk by LoRA strength: 92% at 1, 4% at 0.4".
 * @param {CopyCurve} turn
 */
export function turnWords({ strengths, mean }) {
  const parts = strengths.map((value, i) => `${percent(mean[i])} at ${strength(value)}`);
  return `Copy risk by LoRA strength: ${parts.join(", ")}`;
}

/**
 * Which images of a prompt are copies, as they were judged: "3 of 10 are copies, at strength 0.88 and above."
 * @param {Pick<Candidate, "copy" | "strength">[]} pictures
 */
export function turnsWords(pictures) {
  const copies = pictures.filter(({ copy }) => copy);
  if (!pictures.length) return "";
  if (!copies.length) return `None of ${count(pictures.length, "image")} is a copy.`;
  if (copies.length === pictures.length) return `All ${pictures.length} are copies.`;
  const from = Math.min(...copies.map((one) => one.strength));
  const strengths = pictures.map((one) => one.strength);
  const [all, most] = [Math.min(...strengths), Math.max(...strengths)];
  const where =
    from > all ? `, at strength ${strength(from)}${from < most ? " and above" : ""}` : ", at any strength";
  return `${copiesOf(copies.length, pictures.length)}${where}.`;
}

/** The chart of the test prompt that is pointed at, or else has the focus, or else is the first. */
export function Turn() {
  const score = chosen();
  if (!score?.turn || !state.roundId) return null;
  const pictures = imagesOf(score.anchor_id).filter(({ remark }) => remark !== "flat");
  const version = [state.candidates.size, state.scores.map(({ anchor_id, rate }) => [anchor_id, rate])];
  return html`<figure class="turn-panel">
    <figcaption>
      Copy risk by LoRA strength: <b translate=${false}>${score.head}</b>. ${turnsWords(pictures)}
    </figcaption>
    <${Plot}
      untitled source=${roundFigure("copy-curves")} version=${version} only=${score.anchor_id} height=${190}
      name="${score.prompt}. ${turnWords(score.turn)}"
    />
  </figure>`;
}

function chosen() {
  const anchor = (/** @type {string | null} */ id) => state.candidates.get(id ?? "")?.anchor_id;
  const wanted = anchor(state.hover) ?? anchor(state.focus);
  return state.scores.find((score) => score.anchor_id === wanted) ?? state.scores[0];
}
