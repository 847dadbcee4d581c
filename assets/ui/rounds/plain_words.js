/** What the images of a test prompt show, without words of the field; figures are shown on demand. */
/** @import { Candidate, Project, Score } from "payloads" */

const ARTICLE = /^(An?|The) /;

/** @param {string} head of a test prompt */
const wanted = (head) => (ARTICLE.test(head) ? head[0].toLowerCase() + head.slice(1) : "what you asked for");

/**
 * What a copy repeats: "your cat" of the style reference "A cat in watercolor painting style".
 * @param {Pick<Project, "kind" | "references" | "stands_for">} project
 */
export function repeatedThing({ kind, references, stands_for: style }) {
  const [first, ...others] = references;
  if (kind === "object") return `the place in your reference${others.length ? "s" : ""}`;
  const subject = first?.prompt.split(style)[0].trim() ?? "";
  const named = !others.length && subject !== first?.prompt.trim() && ARTICLE.test(subject);
  return named ? `your ${subject.replace(ARTICLE, "")}` : `your reference${others.length ? "s" : ""}`;
}

/**
 * How often a prompt gives a copy, beside its name: "sometimes your cat"; empty where a single image tells
 * nothing.
 * @param {Pick<Score, "copies" | "n">} score
 * @param {Pick<Project, "kind" | "references" | "stands_for"> | null} project
 */
export function briefly({ copies, n }, project) {
  if (!project?.references.length || n < 2) return "";
  const often = copies === 0 ? "never" : copies === n ? "always" : "sometimes";
  return `${often} ${repeatedThing(project)}`;
}

/**
 * The same as a sentence without its end: "Sometimes a pencil, sometimes your cat".
 * @param {Pick<Score, "head" | "copies" | "n">} score
 * @param {Pick<Project, "kind" | "references" | "stands_for"> | null} project
 */
export function plainly(score, project) {
  const brief = briefly(score, project);
  if (!brief.startsWith("sometimes")) return brief && brief[0].toUpperCase() + brief.slice(1);
  return `Sometimes ${project?.kind === "object" ? "a new place" : wanted(score.head)}, ${brief}`;
}

/**
 * Why the suggested images are not stronger ones: those of the same prompts repeat the reference. Empty where
 * that is not so, or all images have one strength.
 * @param {string[]} suggested
 * @param {Pick<Candidate, "id" | "anchor_id" | "copy" | "strength" | "own">[]} candidates
 * @param {Pick<Project, "kind" | "references" | "stands_for"> | null} project
 */
export function whyWeaker(suggested, candidates, project) {
  const chosen = new Map(
    candidates.filter(({ id }) => suggested.includes(id)).map((one) => [one.anchor_id, one.strength]),
  );
  const stronger = candidates.filter(
    ({ own, anchor_id, strength }) => !own && strength > (chosen.get(anchor_id) ?? Number.POSITIVE_INFINITY),
  );
  const copies = stronger.filter(({ copy }) => copy).length;
  if (!project || !copies || 2 * copies <= stronger.length) return "";
  const thing = repeatedThing(project);
  return `Suggestions come from lower LoRA strengths: at higher ones these prompts mostly show ${thing}.`;
}
