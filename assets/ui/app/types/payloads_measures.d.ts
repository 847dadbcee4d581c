/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { ShownPicture } from "./payloads.d.ts";

/** A mean or a mean difference with its 95 % interval over prompts. */
export interface Interval {
  value: number;
  low: number;
  high: number;
  pictures: number;
}

export type Metric = "as_asked" | "no_copy" | "clip_t" | "clip_i";

/** A paired difference to the round before. */
export interface Change extends Interval {
  verdict: "better" | "worse" | "more" | "less" | "unclear";
}

/** A likeness that was not asked for, and its share of that which was. */
export interface Leak extends Interval {
  share: number | null;
}

/** What is known of a round that has drawn all held-out prompts. */
export interface Report {
  /** How many held-out pictures show what was asked for. */
  as_asked: number;
  copies: number;
  pictures: number;
  figures: Partial<Record<Metric, Interval>>;
  changes: Partial<Record<Metric, Change>>;
  /** Mean gain over the base model; 0 for what is not as asked. */
  gain: Interval | null;
  /** As asked on accepted prompts, and its change. */
  learned: Interval | null;
  learned_change: Change | null;
  /** Likeness that was not asked for. */
  leak: Leak | null;
}

/** A round, or the base model (`id` null). */
export interface MeasuredRound {
  id: string | null;
  name: string;
  parent_id: string | null;
  /** Trained on the references alone. */
  plain: boolean;
  trained: boolean;
  drawn: number;
  wanted: number;
  report: Report | null;
}

/** What is wrong with a round, in words. */
export interface RoundWarning {
  round: string;
  kind: "overfit" | "leak";
  sentence: string;
}

/**
 * A project that draws this one again, with its rounds as they are measured.
 *
 * `differences` are those of its last round to the round of this project, paired by prompt and seed.
 */
export interface Replay {
  project: string;
  name: string;
  policy: string;
  title: string;
  state: "working" | "halted" | "done";
  message: string;
  drawn: number;
  wanted: number;
  not_replayed: string;
  incomparable: string;
  rounds: MeasuredRound[];
  differences: Partial<Record<Metric, Interval>>;
}

/** What the open project draws again; `project` is null where that is not in the workspace. */
export interface ReplayOf {
  project: string | null;
  name: string;
  title: string;
  state: "working" | "halted" | "done";
  not_replayed: string;
}

/** The test set of a project and what is known of its rounds. */
export interface Measures {
  /** Is the test set stored? Otherwise it is only proposed. */
  chosen: boolean;
  prompts: string[];
  seeds: number;
  when: "auto" | "always" | "never";
  left_out: string[];
  /** Held-out prompts that ask for what the references show. */
  asking: string[];
  called: string;
  best: string | null;
  headline: string;
  sentence: string;
  warnings: RoundWarning[];
  rounds: MeasuredRound[];
  drawn: number;
  replays: Replay[];
  replay_of: ReplayOf | null;
}

/** A picture of the test set. */
export interface SheetPicture {
  id: string;
  version: string;
  seed: string;
  copy: boolean;
  blank: boolean;
  clip_t: number;
  clip_i: number;
}

/** A prompt of the test set with its pictures by round ("" for the base model) and number of the seed. */
export interface SheetRow {
  part: "held_out" | "accepted" | "plain";
  prompt: string;
  pictures: Record<string, Record<string, SheetPicture>>;
}

/** An export of a round; until it is `made` it waits. `same`: the file draws the studio's pictures. */
export interface MadeExport {
  made: boolean;
  sentence: string;
  same: boolean;
}

/** A form in which a round can be exported, in words, and what was exported in it, if anything was. */
export interface ExportChoice {
  form: "diffusers" | "kohya" | "comfyui";
  title: string;
  note: string;
  export: MadeExport | null;
}

/** A row of the table of results. */
export interface RoundResult {
  id: string;
  name: string;
  parent_id: string | null;
  candidates: number;
  weight: number;
  adapter: boolean;
  exports: ExportChoice[];
  accepted: ShownPicture[];
}
