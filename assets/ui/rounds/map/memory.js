/** How the map was left: projection, tool and what was zoomed to, kept for this tab and project. */
/** @import { Frame } from "./camera.js" */
/** @import { ProjectionName } from "./projections.js" */
/** @import { Tool } from "./pointer.js" */

/**
 * `frames` are the parts that were zoomed to; a projection without one is shown whole.
 * @typedef {{ projection: ProjectionName, tool: Tool, colour: string, others: boolean,
 *   frames: Partial<Record<ProjectionName, Frame>> }} Memory
 */

/** @param {string} project */
const key = (project) => `gal-studio-map ${project}`;

/** @returns {Memory} */
const blank = () => ({
  projection: "alike",
  tool: "lasso",
  colour: "anchor",
  others: false,
  frames: {},
});

/**
 * @param {string | null} project
 * @returns {Memory}
 */
export function recall(project) {
  try {
    const kept = project && sessionStorage.getItem(key(project));
    return { ...blank(), ...(kept ? JSON.parse(kept) : {}) };
  } catch {
    return blank(); // storage is blocked, or of another version
  }
}

/**
 * @param {string | null} project
 * @param {Memory} memory
 */
export function keep(project, memory) {
  try {
    if (project) sessionStorage.setItem(key(project), JSON.stringify(memory));
  } catch {
    /* storage is full or blocked: the map is as it is until the page is left */
  }
}
