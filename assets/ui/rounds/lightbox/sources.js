/** What an enlarged picture can be compared with. */
/** @import { Candidate, Relative } from "payloads" */
import { state, verdictOf } from "../../app/store.js";
import { call } from "../../app/session.js";
import { reference } from "../../kit/dom.js";
import { address, picture } from "../../app/urls.js";

/**
 * A picture to compare with. The key of one of another round names the round, so that it follows the seed of
 * the enlarged picture.
 * @typedef {{ key: string, label: string, src: string, prompt: string }} Source
 */

/** @type {Map<string, Promise<Relative[]>>} by candidate and its version */
const relatives = new Map();

/**
 * The same test prompt and seed in the other rounds; asked for once for each picture and number of rounds.
 * @param {Candidate} candidate
 */
export function relativesOf({ id, version }) {
  const key = [id, version, state.rounds.map((round) => `${round.id} ${round.candidates}`)].join();
  const asked =
    relatives.get(key) ??
    call("rounds", "same_seed_elsewhere", { candidate: id }).then((answer) => {
      if (!answer) relatives.delete(key);
      return answer?.rounds ?? [];
    });
  relatives.set(key, asked);
  return asked;
}

/**
 * Everything that a picture can be compared with: references, its seed in other rounds, selected pictures,
 * and the others of its test prompt.
 * @param {Candidate} main
 * @param {Relative[]} others
 * @returns {Source[]}
 */
export function sourcesFor(main, others) {
  const { references = [] } = state.project ?? {};
  const chosen = [...state.selection].flatMap((id) => state.candidates.get(id) ?? []);
  const alike = [...state.candidates.values()].filter(({ anchor_id: anchor }) => anchor === main.anchor_id);
  const candidates = [...new Set([...chosen, ...alike])].filter(({ id }) => id !== main.id);
  return [
    ...references.map(({ id, prompt }, i) => ({
      key: `reference ${id}`,
      label: references.length > 1 ? `Reference ${i + 1}` : "Reference",
      src: reference(id),
      prompt,
    })),
    ...others.map(({ round, name, picture: shown }) => ({
      key: `round ${round}`,
      label: `Same seed, ${name}`,
      src: address("picture", shown),
      prompt: shown.prompt,
    })),
    ...candidates.map((candidate) => ({
      key: `candidate ${candidate.id}`,
      label: labelOf(candidate),
      src: picture(candidate.id),
      prompt: candidate.prompt,
    })),
  ];
}

/**
 * "A drum, image 4 ✓".
 * @param {Candidate} candidate
 */
function labelOf(candidate) {
  const { id, head, number } = candidate;
  const verdict = verdictOf(id);
  const mark =
    verdict === "accepted" ? " ✓" : verdict === "rejected" ? " ✕" : state.suggested.has(id) ? " ★" : "";
  return `${head}, ${number}${mark}`;
}
