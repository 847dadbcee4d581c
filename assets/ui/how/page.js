/** The page "How is this computed?": a copy, a blend and a good image, and every figure with its formula. */
import { el } from "../kit/dom.js";
import { CHAPTERS, EXAMPLES, SOURCE } from "./chapters.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

export const howOpen = () => Boolean(dialog?.open);
export const closeHow = () => dialog?.close();

/** @param {keyof typeof CHAPTERS} [chapter] which one to begin with; the examples if none is given */
export function showHow(chapter) {
  dialog ??= document.body.appendChild(
    el(
      "dialog",
      { class: "studio how-page", "aria-labelledby": "how-title" },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "how-title" }, "How is this computed?"),
        el(
          "div",
          { class: "how-chapters", tabIndex: 0, role: "region", "aria-labelledby": "how-title" },
          el("section", { class: "how-examples" }, EXAMPLES.map(example)),
          el("p", { class: "how-source" }, SOURCE),
          Object.entries(CHAPTERS).map(([name, { title, paragraphs }]) =>
            el(
              "section",
              { data: { chapter: name } },
              el("h3", {}, title),
              paragraphs.map(([name, words, formula]) =>
                el("p", {}, el("b", {}, name), ` ${words}`, formula ? el("code", {}, formula) : null),
              ),
            ),
          ),
        ),
        el("button", { class: "button", autofocus: true }, "Close"),
      ),
    ),
  );
  if (!dialog.open) dialog.showModal();
  const begin = chapter && chapter !== "suggestions" ? `[data-chapter=${chapter}]` : ".how-examples";
  dialog.querySelector(begin)?.scrollIntoView({ block: "start" });
}

/** @param {[file: string, name: string, words: string]} shown */
const example = ([file, name, words]) =>
  el(
    "figure",
    {},
    el("img", {
      src: new URL(`./${file}.png`, import.meta.url).href,
      alt: words,
      width: 128,
      height: 128,
    }),
    el("figcaption", {}, el("b", {}, name), ` ${words}`),
  );
