/** Picture URLs. They contain the content version, so that browsers can cache them indefinitely. */
/** @import { PictureRef } from "payloads" */
import { state } from "./store.js";

/**
 * @param {string} route
 * @param {PictureRef} picture
 */
export const address = (route, { id, version }) =>
  `${route}/${encodeURIComponent(id)}?v=${encodeURIComponent(version)}`;

/**
 * @param {string} route
 * @param {string} id
 */
const candidateUrl = (route, id) => address(route, state.candidates.get(id) ?? { id, version: "" });

/** @param {string} name of a figure of the shown round */
export const roundFigure = (name) => figureUrl(name, state.roundId);
/** @param {string} name of a figure of the open project */
export const projectFigure = (name) => figureUrl(name, state.projectId);

/**
 * @param {string} name
 * @param {string | null} id
 */
const figureUrl = (name, id) => `figure/${name}/${encodeURIComponent(id ?? "")}`;

/** @param {string} id */
export const picture = (id) => candidateUrl("picture", id);
/** @param {string} id */
export const thumbnail = (id) => candidateUrl("thumb", id);
