/** What the images of a test prompt show, without words of the field; figures are shown on demand. */
/** @import { Project, Score } from "payloads" */
import { makeButton, setAttribute } from "../kit/dom.js";

const KEY = "gal-studio-figures";
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

const root = () => document.documentElement.dataset;

/** A button that shows the figures behind the plain words; this browser keeps the choice. */
export function figuresButton() {
  const show = () => setAttribute(node, "aria-pressed", String(root().figures === "shown"));
  const node = makeButton(
    {
      class: "button small figures-button",
      title: "Show copy risk, uncertainty and the curve over LoRA strength beside the plain words",
    },
    () => {
      root().figures = root().figures === "shown" ? "" : "shown";
      try {
        localStorage.setItem(KEY, root().figures ?? "");
      } catch {
        // it holds until the page is left
      }
      show();
    },
    "Figures",
  );
  try {
    root().figures = localStorage.getItem(KEY) ?? "";
  } catch {
    root().figures = "";
  }
  show();
  return node;
}
