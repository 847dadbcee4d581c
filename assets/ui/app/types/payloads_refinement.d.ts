/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Loss } from "./payloads.d.ts";

/**
 * A pair of a refinement: a reference and a generated picture.
 *
 * `reference`, `generated`, `painted` and `maps` are content versions.
 */
export interface Pair {
  id: string;
  prompt: string;
  subject: string;
  seed: string;
  reference: string;
  generated: string | null;
  painted: string | null;
  maps: string | null;
  quality: number | null;
  reproduction: number | null;
}

/** A measured difference in words. */
export interface Measured {
  metric: string;
  words: string;
  verdict: "better" | "worse" | "more" | "less" | "unclear";
  low: number;
  high: number;
  difference: number;
}

/** Everything about a refinement except its candidates. */
export interface Refinement {
  step: "pairs" | "review" | "refine" | "generate" | "done";
  pairs: Pair[];
  measured: Measured[];
  measured_by: string;
  unmeasured: string;
  losses: Loss[];
  rule: string;
  rule_words: string;
  can_undo: boolean;
  can_redo: boolean;
}

/** Values in [0, 1], in row-major order. */
export interface PatchMap {
  subject: string;
  height: number;
  width: number;
  values: number[];
  vision_model: string;
}

/** A run-length encoded mask: label, count, label, count, in row-major order. */
export interface Runs {
  width: number;
  height: number;
  runs: number[];
}
