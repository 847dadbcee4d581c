/** Whether a round's images look like the references: what speaks against it, and that one has to look. */
import { isJudged, state } from "../app/store.js";
import { html } from "../kit/html.js";

/**
 * Why the images of a round may not look like the references, and what to do; empty if nothing says so.
 * @param {string | null | undefined} round
 */
export function doubtOf(round) {
  const lost = state.measures?.warnings.find((one) => one.round === round && one.kind === "lost");
  const said = lost?.sentence ?? state.rounds.find(({ id }) => id === round)?.doubt ?? "";
  const isBest = said && round === state.measures?.best && !state.measures?.by_eye;
  return isBest ? `Best by prompt match and copies alone. ${said}` : said;
}

/** @param {{ round: string | null | undefined }} props */
export function Doubt({ round }) {
  const words = doubtOf(round);
  if (!words) return null;
  return html`<p class="verdict-warning" data-kind="lost"><span aria-hidden="true">! </span>${words}</p>`;
}

/**
 * The doubt, or else that counts can be wrong and one has to look.
 * @param {{ round: string | undefined }} props
 */
export function LookYourself({ round }) {
  if (!round) return null;
  if (doubtOf(round) || !isJudged()) return html`<${Doubt} round=${round} />`;
  const kind = state.project?.kind ?? "style";
  return html`<p class="look-yourself">
    Do they look like your ${kind}? Counts can be wrong here: compare them with your reference.
  </p>`;
}
