/** Try a prompt: a view, the steps of a training below its curves, and a use of Round 0. */
import { state } from "../../app/store.js";
import { addTo } from "../../kit/places.js";
import { addView } from "../../rounds/views/views.js";
import { addUse } from "../../rounds/uses.js";
import { followSteps, Steps } from "./steps.js";
import { mountTrials } from "./trials.js";

addView("trials", "Try a prompt", mountTrials);
addTo("curves", Steps);
followSteps();
addUse(
  ["try", "Try a prompt"],
  "Here: under Try a prompt, any prompt is generated with your references.",
  () => {
    state.view = "trials";
  },
);
