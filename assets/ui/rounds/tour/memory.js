/** Whether the tour is still to be shown in this browser: once, in the first demo. */
import { keep, kept } from "../../kit/kept.js";

const KEY = "gal-studio-tour";
const SEEN = "seen";

/**
 * The demo was opened: the tour is shown in it when its pictures are there, unless it was shown before.
 * @param {string} projectId
 */
export function planTour(projectId) {
  if (kept(KEY) !== SEEN) keep(KEY, projectId);
}

/** @param {string | null} projectId */
export const tourDue = (projectId) => projectId !== null && kept(KEY) === projectId;

export const tourSeen = () => keep(KEY, SEEN);
