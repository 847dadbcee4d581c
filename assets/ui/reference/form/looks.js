/** What the studio notices of the pictures in the form: near-copies, one colour, what the model loses. */
/** @import { ProjectKind } from "payloads" */
/** @import { PictureSet } from "./picture_set.js" */
import { state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { newest } from "../../app/newest.js";

const SETTLE = 250; // ms after a change of the pictures or of the model
const LOOK_AGAIN = 1000; // ms between two questions while a worker has not looked yet
const SELDOM = 5000; // ms, after twenty questions: a worker looks when it has no other work
const QUICK = 20;

/**
 * Watch the pictures; the returned function is to be called when they or the model change.
 * @param {() => PictureSet[]} sets those on the screen
 * @param {() => { preset: string | null, base_model: string } | undefined} model undefined: not known yet
 * @param {() => ProjectKind} kind subjects are looked for in pictures of an object
 * @param {() => void} seen called when the sets know more
 */
export function watchPictures(sets, model, kind, seen) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  const newRequest = newest();
  /** @type {Map<string, string>} hashes of the pictures by model and upload */
  const images = new Map();

  /** @param {number} delay */
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(look, delay);
  };

  async function look() {
    const chosen = model();
    const shown = sets();
    if (state.step !== "reference" || !chosen) return;
    const key = (/** @type {string} */ path) => `${kind()} ${chosen.preset ?? chosen.base_model} ${path}`;
    const paths = shown.flatMap((set) => set.uploads().map(({ path }) => path));
    if (!paths.length) return;
    const isLatest = newRequest();
    const missing = paths.filter((path) => !images.has(key(path)));
    if (missing.length && (chosen.preset || chosen.base_model)) {
      const answer = await write("look", { paths: missing, kind: kind(), ...chosen });
      for (const path of missing) images.set(key(path), answer?.images[path] ?? "");
    }
    const request = shown.map((set) =>
      set.uploads().map((one) => ({ ...one, image: images.get(key(one.path)) || null })),
    );
    const answer = await call("reference", "seen", { sets: request, ...chosen });
    if (!answer || !isLatest()) return;
    for (const [i, set] of shown.entries()) set.showSeen(answer.sets[i]);
    seen();
    if (answer.sets.some((set) => set.pictures.some(({ waiting }) => waiting))) {
      asked += 1;
      later(asked > QUICK ? SELDOM : LOOK_AGAIN);
    }
  }

  return () => {
    asked = 0;
    later(SETTLE);
  };
}
