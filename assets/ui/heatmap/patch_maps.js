/** Cache of patch maps by owner, kind and version. Empty responses are not cached. */
/** @import { PatchMap } from "payloads" */
import { ofRound, state, whenever } from "../app/store.js";
import { call } from "../app/session.js";

/** @typedef {"quality" | "reproduction"} PairMap the maps of a pair */
/** @typedef {PairMap | "shown"} MapKind also those of a candidate alone */

const known = ofRound(() => /** @type {Map<string, Promise<PatchMap[]>>} */ (new Map()));
whenever(
  () => state.job,
  (job) => {
    // the job computes new maps, also of candidates that have some
    if (job?.kind === "quality") known.value = new Map();
  },
);

/**
 * The patch maps of a candidate or a pair, one per subject; empty before they are computed. The `version`
 * of a pair's maps changes when they are computed again.
 * @param {string} owner
 * @param {MapKind} kind
 * @param {string} [version]
 * @returns {Promise<PatchMap[]>}
 */
export function patchMaps(owner, kind, version = "") {
  const key = `${owner}/${kind}/${version}`;
  const cache = known.value;
  const cached = cache.get(key);
  if (cached) return cached;
  /** @type {Promise<PatchMap[]>} */
  const request = call("rounds", "patch_maps", { owner, kind }).then((answer) => {
    if (!answer?.maps.length && cache.get(key) === request) cache.delete(key);
    return answer?.maps ?? [];
  });
  cache.set(key, request);
  return request;
}
