/** The empty state of the grid: why it is empty, and what to do. */
import { byItself, counts, drawing, isTag, loading, passes, state, workHere } from "../../app/store.js";
import { waiting } from "../../training/now.js";
import { html } from "../../kit/html.js";
import { jobTitle, resumeWord, unfinished } from "../../top/job_words.js";

/** @type {Record<string, [title: string, words: string]>} */
const NONE = {
  suggested: [
    "Nothing is suggested",
    "Images are suggested once all are generated and some test prompts are uncertain: " +
      "some of their images are copies, some are not.",
  ],
  accepted: ["Nothing accepted yet", "Press A on an image, or its ✓; or enlarge it and accept it."],
  rejected: ["Nothing rejected yet", "Press R on an image, or enlarge it and reject it."],
  undecided: ["Nothing left to review", "Every image of this round is accepted or rejected."],
  copies: [
    "No copies found",
    "No image of this round shows the reference or is closer to its prompt than to its own.",
  ],
  selection: ["Nothing selected", "Draw a lasso on the map, or Shift-click images."],
};

/** @type {Record<string, [title: string, words: string]>} */
const STEPS = {
  wait: ["The model is training on your reference", "The images come next."],
  fine_tune: [
    "Train on your reference",
    "Press Run round: the model is trained on your reference, then generates images for each test prompt.",
  ],
  next: [
    "Train on what you accepted",
    "Press Run round: the model is trained on your reference and all accepted images, then generates again.",
  ],
  instant: [
    "Images before any training",
    "Press Generate: the model generates images for each test prompt from your references.",
  ],
  coming: ["Images before any training", "They appear as they are generated from your references."],
  generate: [
    "The model is trained. What did it learn?",
    "Press Run round: it generates images for each test prompt, and marks the copies of your reference.",
  ],
};

/** @type {[string, string]} */
const QUEUED = ["The images are waiting for their turn", "The queue, at the top, shows what is before them."];
/** @type {[string, string]} */
const LOADING = ["Loading the images…", ""];
/** The step of the round; that of a later round's training by itself. */
function stepNow() {
  const { step = "", trained, with_references: given } = state.round ?? {};
  if (given) return step === "generate" ? "instant" : "coming";
  const isFirst = state.rounds.find((round) => round.id === state.roundId)?.parent_id === null;
  return step === "fine_tune" && !trained && !isFirst ? "next" : step;
}

/**
 * Why the round has no images yet; null while what comes is shown in their place.
 * @returns {[title: string, words: string] | null}
 */
function beforeTheFirst() {
  if (loading()) return LOADING;
  if (drawing() || waiting()) return null;
  if (workHere(["generate"])) return QUEUED;
  const { job } = state;
  if (job && unfinished(job) && job.round_id === state.roundId)
    return [jobTitle(job), `${resumeWord(job)}, at the top, continues where it stopped.`];
  if (byItself()) return ["No images yet", byItself()];
  return STEPS[stepNow()] ?? null;
}

export function Empty() {
  const all = counts();
  const { filter } = state;
  const inFilter = isTag(filter) ? [...state.candidates.keys()].some(passes) : all[filter];
  const words = all.all ? (inFilter ? null : NONE[filter]) : beforeTheFirst();
  if (!words) return null;
  return html`<div class="empty-grid" data-loading=${words === LOADING ? "" : null}>
    <h3>${words[0]}</h3><p>${words[1]}</p>
  </div>`;
}
