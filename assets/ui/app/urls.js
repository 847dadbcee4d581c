/** Addresses of pictures: by id, with the content's version, so that a browser may keep them for ever. */
import { state } from "./store.js";

export const address = (route, { id, version }) =>
  `/${route}/${encodeURIComponent(id)}?v=${encodeURIComponent(version)}`;

const ofCandidate = (route, id) => address(route, state.candidates.get(id) ?? { id, version: "" });

/** A picture of a pair, `which` is "reference" or "generated". */
export const pairPicture = (pair, which, small = false) =>
  `/${small ? "pair-thumb" : "pair"}/${encodeURIComponent(pair.id)}/${which}?v=${encodeURIComponent(pair[which] ?? "")}`;

export const picture = (id) => ofCandidate("picture", id);
export const thumbnail = (id) => ofCandidate("thumb", id);
