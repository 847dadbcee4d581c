/** Patch maps by the picture that they belong to and their version, asked for once. A picture without one is asked about again. */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";

const kept = new Map();
on("forget", () => kept.clear());
on("job", () => {
  if (state.job?.kind === "quality") kept.clear();
}); // candidates are judged, perhaps again

/**
 * `{subject, height, width, values, vision_model}` for each subject of a candidate, or of a pair; none when it was not
 * judged yet. The maps of a pair have a `version`, which changes when it is judged again.
 */
export function patchMaps(owner, kind, version = "") {
  const key = `${owner}/${kind}/${version}`;
  if (!kept.has(key)) {
    const asked = call("rounds", "patch_maps", { owner, kind }).then((answer) => {
      if (!answer?.maps.length && kept.get(key) === asked) kept.delete(key);
      return answer?.maps ?? [];
    });
    kept.set(key, asked);
  }
  return kept.get(key);
}
