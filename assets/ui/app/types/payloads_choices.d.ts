/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { PictureRef, ShownPicture } from "./payloads.d.ts";

/** A step of the history of decisions; one that does not stand can be redone. */
export interface HistoryStep {
  id: number;
  words: string;
  time: number;
  stands: boolean;
}

/** The history of a round. */
export interface History {
  steps: HistoryStep[];
}

/** A picture that was suggested or chosen. */
export interface ChosenPicture extends PictureRef {
  /** Its number among those of its prompt, or that it is the user's own. */
  number: string;
}

/** A decision beside what was suggested then. */
export interface Choice {
  id: number;
  time: number;
  prompt: string;
  kind: "agreed" | "other picture" | "other prompt" | "left out" | "added";
  stands: boolean;
  override: boolean;
  reason: string;
  suggested: ChosenPicture | null;
  chosen: ChosenPicture;
  scores: Record<string, Record<string, number>>;
}

/** The choices of a round, and how often they agree with the suggestion. */
export interface RoundChoices {
  round: string;
  name: string;
  choices: number;
  agreed: number;
  kappa: number | null;
  log: Choice[];
}

/** How often each sampler would have suggested what was chosen. */
export interface LearningAgreement {
  choices: number;
  learned: number;
  plain: number;
}

/** The offer to learn from overrides. */
export interface Learning {
  overrides: number;
  needed: number;
  on: boolean;
  agreement: LearningAgreement | null;
}

/** The choices of all rounds of a project. */
export interface Choices {
  rounds: RoundChoices[];
  learning: Learning;
}

/** The same test prompt and seed in another round. */
export interface Relative {
  round: string;
  name: string;
  picture: ShownPicture;
}

/** The same test prompt and seed in all other rounds. */
export interface Relatives {
  rounds: Relative[];
}
