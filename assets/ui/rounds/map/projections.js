/** The projections of the map: where a picture stands, and in words what its place says. */
/** @import { Candidate } from "payloads" */
/** @import { Pixel } from "./geometry.js" */
import { isJudged, state } from "../../app/store.js";

/** @typedef {"alike" | "own"} ProjectionName */
/**
 * `place` is null for a picture that has no place (yet); `equal` gives both `axes`, by name, one range.
 * @typedef {{ label: string, title: string, equal: boolean, axes: [x: string, y: string] | null,
 *   place: (candidate: Candidate) => Pixel | null, empty: () => string, alike: string }} Projection
 */

/** @type {Record<ProjectionName, Projection>} */
export const PROJECTIONS = {
  alike: {
    label: "By likeness",
    title: "Images that look alike are near each other (t-SNE of their CLIP features)",
    equal: false,
    axes: null,
    place: ({ id }) => state.positions.get(id) ?? null,
    empty: () =>
      state.candidates.size
        ? "The map appears with the next images."
        : isJudged()
          ? "Each image becomes a point here: the closer to the star, the more it looks like your reference."
          : "Each image becomes a point here: similar ones are near each other.",
    alike: "All images are too alike for the map to separate them.",
  },
  own: {
    label: "Prompt vs. reference",
    title:
      "Up: likeness to its own prompt. Right: likeness to the reference’s prompt. Below the line: closer " +
      "to the reference’s prompt (copies)",
    equal: true,
    axes: ["likeness to the reference’s prompt", "likeness to its own prompt"],
    place: ({ remark, scores: { similarity_anchor: own, similarity_reference: reference } }) =>
      remark !== "flat" && Number.isFinite(own) && Number.isFinite(reference) ? [reference, own] : null,
    empty: () => "Each image becomes a point here: below the line are copies.",
    alike: "All images score the same: they share one place.",
  },
};

/** The places of the references; only likeness has them. */
export const referencePlaces = (/** @type {ProjectionName} */ name) =>
  name === "alike"
    ? (state.project?.references ?? []).flatMap(({ id }) => {
        const at = state.positions.get(id);
        return at ? [{ id, at }] : [];
      })
    : [];

/**
 * Do several places coincide, all of them?
 * @param {Pixel[]} places
 */
export const allAlike = (places) =>
  places.length > 1 && places.every(([x, y]) => Math.hypot(x - places[0][0], y - places[0][1]) < 1e-9);
