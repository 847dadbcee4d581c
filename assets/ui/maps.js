/** Patch maps by the picture that they belong to, asked for once. A picture without one is asked about again. */
import { on } from "./store.js";
import { call } from "./session.js";

const kept = new Map();
on("forget", () => kept.clear());

/** `{height, width, values, vision_model}` of a candidate or a pair, or null when it was not judged yet. */
export function patchMap(owner, kind) {
  const key = `${owner}/${kind}`;
  if (!kept.has(key)) {
    const asked = call("rounds", "patch_map", { owner, kind }).then((answer) => {
      if (!answer?.map && kept.get(key) === asked) kept.delete(key);
      return answer?.map ?? null;
    });
    kept.set(key, asked);
  }
  return kept.get(key);
}
