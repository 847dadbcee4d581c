/** What is measured of each picture of the benchmark, and what it is called. */
/** @import { Metric } from "payloads" */

/**
 * The columns of the table in their order. Shares are shown in percent; the others are cosines.
 * @type {Record<Metric, { name: string, title: string, isShare: boolean }>}
 */
export const METRICS = {
  as_asked: {
    name: "As asked",
    title: "Share of pictures that show what was asked for: they are no copies, and the thing is recognised.",
    isShare: true,
  },
  no_copy: {
    name: "No copy",
    title: "Share of pictures that do not copy the reference, whatever they show instead.",
    isShare: true,
  },
  carries: {
    name: "Carries",
    title:
      "How much of the style or object the pictures have: those of the base model have about 0 %, the " +
      "references 100 %. A copy has all of it, so fewer copies may carry less.",
    isShare: true,
  },
  clip_t: {
    name: "Matches its prompt",
    title: "How well pictures match their prompts, from −1 to 1 (CLIP-T).",
    isShare: false,
  },
  clip_i: {
    name: "Likeness",
    title:
      "How much pictures look like the reference, in what they show and in how, from −1 to 1 (CLIP-I). " +
      "More is not always better: copies are the likest.",
    isShare: false,
  },
};

export const NAMES = /** @type {Metric[]} */ (Object.keys(METRICS));
