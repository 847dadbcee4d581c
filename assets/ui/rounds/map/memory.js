/** How the map was left: projection, tool and what was zoomed to, kept for this tab and project. */
/** @import { Frame } from "./camera.js" */
/** @import { ProjectionName } from "./projections.js" */
/** @import { Tool } from "./pointer.js" */
import { keep as keepIn, keptObject, ofTab } from "../../kit/kept.js";

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
export const recall = (project) => ({ ...blank(), ...(project && keptObject(key(project), ofTab)) });

/**
 * @param {string | null} project
 * @param {Memory} memory
 */
export function keep(project, memory) {
  if (project) keepIn(key(project), JSON.stringify(memory), ofTab);
}
