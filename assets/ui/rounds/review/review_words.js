/** What Review says of a round: how far one is, and how it ends. */
import { counts, nothingSuggested, state, verdictOf } from "../../app/store.js";
import { count } from "../../kit/format.js";
import { followed, nextStep } from "../next_step.js";

/**
 * How many suggestions wait for an answer, and how many images have one: where the next in line takes the
 * place of a rejected image, only that grows.
 * @param {number} open
 */
export function countWords(open) {
  const { accepted, rejected } = counts();
  return `${open} left · ${accepted + rejected} reviewed`;
}

const acceptedImages = () => [...state.verdicts.keys()].filter((id) => verdictOf(id) === "accepted");

/**
 * The end of a round: a title, what to know, and the images that it is about.
 * @returns {{ title: string, words: string, images: string[] }}
 */
export function endOf() {
  const next = followed();
  const images = acceptedImages();
  if (next) {
    const words = "It was trained on these choices. To try others, press What if?";
    return { title: `${next.name} already exists`, words, images };
  }
  if (nothingSuggested()) return unsuggested();
  return { title: "All reviewed", words: reviewed(images.length), images };
}

/** @param {number} accepted */
function reviewed(accepted) {
  if (!accepted) return "You accepted none. Choose some in All images, or generate more.";
  const goesOn = `The next round trains on ${accepted > 1 ? "them" : "it"}.`;
  const end = nextStep() === "done" ? "Nothing is left to suggest." : goesOn;
  return `You accepted ${count(accepted, "image")}. ${end}`;
}

/** Nothing is suggested or accepted: what the studio's figures find right, and what more is worth. */
function unsuggested() {
  const { shortlist } = state.round ?? {};
  if (!shortlist) return { title: "Nothing to suggest", words: "", images: [] };
  const { title, why, images, additions, bring, sentence, guess, worth_plain: worth } = shortlist;
  const kind = state.project?.kind ?? "style";
  const all = `${guess} In All images, accept those that look like your ${kind}. ${worth}`;
  const shown = additions.length ? additions : images.map((one) => one.candidate_id);
  const words = [why, additions.length ? bring : images.length ? all : sentence].filter(Boolean).join(" ");
  return { title, words, images: [...shown] };
}
