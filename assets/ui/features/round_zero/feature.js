/** Round 0: the buttons that generate it, once more, and stay with it. */
import { write } from "../../app/writes.js";
import { addActions } from "../../rounds/actions.js";
import { askReferences } from "./references_again.js";
import { drawsWithoutTraining, useWithoutTraining } from "./without_training.js";

addActions(
  {
    name: "instant",
    beside: true,
    label: "Generate without training",
    title: "Generate images of all test prompts with your references alone, as Round 0",
    isThere: drawsWithoutTraining,
    send: (round) => write("instant_round", { round }),
  },
  {
    name: "once_more",
    label: "Reference strength…",
    title: "Generate Round 0 again, with your references given more or less strongly",
    asks: askReferences,
    send: (round, references) => write("instant_round", { round, references }),
  },
  {
    name: "keep",
    beside: true,
    label: "Use without training…",
    title: "Stay with this round: generate any prompt with your references",
    act: useWithoutTraining,
  },
);
