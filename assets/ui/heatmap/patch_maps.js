/** Patch maps by the picture that they belong to and their version, asked for once. A picture without one is asked about again. */
/** @import { PatchMap } from "../app/payloads_refinement.d.ts" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";

/** @type {Map<string, Promise<PatchMap[]>>} */
/** @typedef {"quality" | "reproduction"} MapKind */

const kept = new Map();
on("forget", () => kept.clear());
on("job", () => {
  if (state.job?.kind === "quality") kept.clear();
}); // candidates are judged, perhaps again

/**
 * `{subject, height, width, values, vision_model}` for each subject of a candidate, or of a pair; none when it was not
 * judged yet. The maps of a pair have a `version`, which changes when it is judged again.
 * @param {string} owner
 * @param {MapKind} kind
 * @param {string} [version]
 * @returns {Promise<PatchMap[]>}
 */
export function patchMaps(owner, kind, version = "") {
  const key = `${owner}/${kind}/${version}`;
  const known = kept.get(key);
  if (known) return known;
  /** @type {Promise<PatchMap[]>} */
  const asked = call("rounds", "patch_maps", { owner, kind }).then((answer) => {
    if (!answer?.maps.length && kept.get(key) === asked) kept.delete(key);
    return answer?.maps ?? [];
  });
  kept.set(key, asked);
  return asked;
}
