/** Repair what comes out wrong: its buttons and keys, and the side that a refinement opens with. */
import { addRoundPart } from "../../app/apply_poll.js";
import { call } from "../../app/session.js";
import { state } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { addDialog } from "../../dialogs.js";
import { ask } from "../../kit/ask.js";
import { addActions } from "../../rounds/actions.js";
import { addKeys } from "../../rounds/keys.js";
import { addHints } from "../../rounds/next_step.js";
import { addSide } from "../../rounds/sides.js";
import { hint, isThere } from "./guide.js";
import { refinementKeys } from "./keys.js";
import { pairPlace } from "./pair_view.js";
import { beforeRefinement, REPAIR } from "./question.js";
import { mountRefinement } from "./refine.js";

const asks = async () => {
  const ahead = state.roundId && (await call("rounds", "before_refinement", { round: state.roundId }));
  return ahead ? ask(beforeRefinement(ahead)) : null;
};
/** @param {string} round @param {"make_pairs" | "run_refinement"} answer */
const begin = (round, answer) => write(answer, { round });

addRoundPart("refinement");
addHints(hint);
addKeys(refinementKeys);
addDialog("pair", pairPlace);
addSide({
  name: "refinement",
  words: "Refinement",
  has: ({ refines }) => refines,
  mount: mountRefinement,
});
addActions(
  {
    name: "pairs",
    beside: true,
    label: "Make comparison pairs",
    title: "Generate an image beside each of yours and judge it area by area",
    before: "generate",
    isThere: isThere.pairs,
    send: (round) => write("make_pairs", { round }),
  },
  {
    name: "train",
    beside: true,
    label: "Train on these pairs",
    title: "Train on the good areas, and on what the images lost of the reference",
    before: "generate",
    isThere: isThere.train,
    send: (round) => write("refine", { round }),
  },
  {
    name: "whole",
    beside: true,
    label: "Run all steps",
    title: "Make the pairs, train on them and generate the images, one after the other",
    before: "accept",
    isThere: isThere.whole,
    send: (round) => write("run_refinement", { round }),
  },
  {
    name: "refine",
    label: REPAIR,
    title: "For images that are wrong in places: areas that match yours are learned (PatchDPO)",
    before: "next_round",
    asks,
    send: begin,
  },
  {
    name: "again",
    beside: true,
    label: "Repair again",
    title: "Another repair of the same round: with other images accepted, or other settings",
    before: "next_round",
    isThere: isThere.again,
    asks,
    send: begin,
  },
);
