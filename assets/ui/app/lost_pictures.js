/** Pictures that did not arrive: they are asked for again while the studio answers, with growing pauses. */
import { state, whenever } from "./store.js";

const LONGEST = 60_000; // ms between two attempts

/**
 * The pictures that are lost, with the attempts so far and when the next one is due.
 * @typedef {{ tries: number, due: number }} Lost
 */

/**
 * Which pictures are asked for again now. Each attempt doubles the pause before the next one.
 * @template Picture
 * @param {Map<Picture, Lost>} lost
 * @param {number} now ms
 * @param {(picture: Picture) => boolean} isShown
 */
export function dueNow(lost, now, isShown) {
  const due = [...lost].filter(([picture, one]) => one.due <= now && isShown(picture));
  for (const [, one] of due) {
    one.tries += 1;
    one.due = now + Math.min(LONGEST, 1000 * 2 ** one.tries);
  }
  return due.map(([picture]) => picture);
}

export function watchPictures() {
  /** @type {Map<HTMLImageElement, Lost>} */
  const lost = new Map();
  /** @param {Event} event */
  const changed = ({ type, target }) => {
    if (!(target instanceof HTMLImageElement)) return;
    if (type === "load") lost.delete(target);
    else if (!lost.has(target)) lost.set(target, { tries: 0, due: 0 });
  };
  document.addEventListener("error", changed, true);
  document.addEventListener("load", changed, true);
  whenever(
    () => state.roundId,
    () => lost.clear(),
  );
  whenever(
    () => state.polls,
    () => {
      for (const image of dueNow(lost, performance.now(), (one) => one.isConnected)) {
        const { src } = image;
        image.src = src; // the same address again asks again
      }
    },
  );
}
