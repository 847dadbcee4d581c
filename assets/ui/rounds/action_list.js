/** The buttons of the action bar, in their order. */
/** @import { RoundKind } from "../app/payloads.d.ts" */

/**
 * A button of the bar: the change that it asks for, and the kinds of rounds that it stands in.
 * @typedef {{ name: string, label: string, title: string, change: Change, kinds: RoundKind[] }} Action
 * @typedef {"fine_tune" | "make_pairs" | "refine" | "generate" | "run_refinement" | "accept" | "next_round"} Change
 */

/** @type {Action[]} */
export const ACTIONS = [
  {
    name: "fine_tune",
    label: "Fine-tune",
    title: "Train the model on your references and all accepted pictures",
    change: "fine_tune",
    kinds: ["fine_tune"],
  },
  {
    name: "pairs",
    label: "Make comparison pairs",
    title: "Draw a picture beside each of yours and judge it area by area",
    change: "make_pairs",
    kinds: ["refine"],
  },
  {
    name: "train",
    label: "Train on these pairs",
    title: "Learn from the good areas, and from what the pictures lost of the reference",
    change: "refine",
    kinds: ["refine"],
  },
  {
    name: "generate",
    label: "Generate",
    title: "Draw pictures for each test prompt",
    change: "generate",
    kinds: ["fine_tune", "refine"],
  },
  {
    name: "whole",
    label: "Run all steps",
    title: "Make the pairs, train on them and draw the pictures, one after the other",
    change: "run_refinement",
    kinds: ["refine"],
  },
  {
    name: "accept",
    label: "Accept suggestion",
    title: "Accept all suggested pictures",
    change: "accept",
    kinds: ["fine_tune", "refine"],
  },
  {
    name: "refine",
    label: "Refine with PatchDPO",
    title:
      "Correct the model area by area: compare your pictures with generated ones, then train on the difference",
    change: "make_pairs",
    kinds: ["fine_tune"],
  },
  {
    name: "again",
    label: "Refine again",
    title: "Another refinement of the same round: with other pictures accepted, or other settings",
    change: "make_pairs",
    kinds: ["refine"],
  },
  {
    name: "next_round",
    label: "Next round ›",
    title: "Start the next round with what was accepted",
    change: "next_round",
    kinds: ["fine_tune", "refine"],
  },
];
