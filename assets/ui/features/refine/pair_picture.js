/** Where the images of a pair are. */
/** @import { Pair } from "payloads" */

/**
 * @param {Pick<Pair, "id" | "reference_image" | "generated_image">} pair
 * @param {"reference" | "generated"} which
 */
export const pairPicture = (pair, which, small = false) =>
  `/${small ? "pair-thumb" : "pair"}/${encodeURIComponent(pair.id)}/${which}` +
  `?v=${encodeURIComponent(pair[`${which}_image`] ?? "")}`;
