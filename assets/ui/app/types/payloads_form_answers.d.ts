/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Fact } from "./payloads.d.ts";

/** What the server derives from one set of references: facts, or a problem. */
export interface DerivedSet {
  facts?: Fact[];
  problem?: string;
}

/** An error or a warning at a part of a set, or, where `set` is null, at another field or a setting. */
export interface FormNote {
  field: string;
  set: number | null;
  tone: "error" | "warning";
  text: string;
}

/** What is noticed of an uploaded picture; with a sentence, `address` is how the model sees it. */
export interface SeenPicture {
  path: string;
  note: string;
  waiting: boolean;
  sentence: string;
  address: string | null;
  model: string;
}

/** What is noticed of the pictures of a set. */
export interface SeenSet {
  note: string;
  pictures: SeenPicture[];
}

/** What the form of a new project says of itself. */
export interface Derived {
  notes: FormNote[];
  sets: DerivedSet[];
  anchors: string[];
  name: string;
  /** What a round needs of memory and time; empty if that is not known. */
  plan: string;
  /** Why it is started only when confirmed; empty if nothing speaks against it. */
  doubt: string;
  /** Whether the size of the model is being measured. */
  measuring: boolean;
  /** What the file of the LoRA to start from says; empty if there is none. */
  start: string;
  problem?: string;
}

/** What is noticed of all sets. */
export interface SeenSets {
  sets: SeenSet[];
}

/** A model of the hub with the address of its page; `size` in words, `commit` shortened. */
export interface HubModel {
  label: string;
  name: string;
  address: string;
  commit: string;
  licence: string;
  size: string;
}

/** Why the model of a field cannot be used. */
export interface ModelProblem {
  field: "base_model" | "clip_model" | "vision_model" | "start_from";
  text: string;
}

/** What is known of the chosen models; `waiting` while they are looked up. */
export interface ModelFacts {
  waiting: boolean;
  models: HubModel[];
  sentence: string;
  problems: ModelProblem[];
}
