/** Compare runs: a button over the test prompts. */
/** @import { Round } from "payloads" */
import { busy, isJudged } from "../../app/store.js";
import { html } from "../../kit/html.js";
import { addTo } from "../../kit/places.js";
import { askTrainings } from "./ask_trainings.js";

/** @param {{ round: Round }} props */
const CompareButton = ({ round: { tunes, complete, source } }) =>
  tunes &&
  complete &&
  !source &&
  isJudged() &&
  html`<button type="button" class="button small" disabled=${busy()} onClick=${askTrainings}>
    Compare runs
  </button>`;

addTo("prompts", CompareButton);
