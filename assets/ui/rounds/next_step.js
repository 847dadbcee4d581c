/** What the studio says of the buttons of a round: which one is next, why one is closed, where one leads. */
import { loading, state, workHere } from "../app/store.js";

/**
 * What a feature says that an action does in the rounds that it trains; undefined where it has no say.
 * @type {((name: string) => string | undefined)[]}
 */
export const hints = [];
export const addHints = (/** @type {typeof hints[number]} */ hint) => hints.push(hint);

export const refining = () => state.round?.refines === true;

/** Why an action is disabled, or null if it is enabled. @param {string} name */
export function closed(name) {
  if (!state.round) return loading() ? "The project is being loaded" : "Open a project first";
  return state.parts.actions?.closed[name] ?? null;
}

/** Does the training or the drawing of the shown round wait in the queue, behind other work? */
export const roundWaits = () => workHere(["fine_tune", "generate"]) !== null;

export const nextStep = () => state.parts.actions?.next ?? "";

/** The round that an action goes to, since it is there. @param {string} name */
export const childOf = (name) =>
  state.rounds.find(({ id }) => id === state.parts.actions?.goes_to[name]) ?? null;

/** The round that went on from the shown one: choosing here again would change nothing of it. */
export function followed() {
  const next = childOf("next_round");
  return next?.empty ? null : next;
}
