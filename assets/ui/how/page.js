/** The page "How is this computed?": a copy, a blend and a good image, and every figure with its formula. */
import { Dialog } from "../kit/dialog.js";
import { html } from "../kit/html.js";
import { CHAPTERS, EXAMPLES, SOURCE } from "./chapters.js";

export const howDialog = new Dialog("how-page", { light: () => true });

/** @param {keyof typeof CHAPTERS} [chapter] which one to begin with; the examples if none is given */
export function showHow(chapter) {
  const dialog = howDialog.open("How is this computed?", html`<${Page} />`);
  const begin = chapter && chapter !== "suggestions" ? `[data-chapter=${chapter}]` : ".how-examples";
  dialog.querySelector(begin)?.scrollIntoView({ block: "start" });
}

const Page = () => html`<form method="dialog">
    <h2 id="how-title">How is this computed?</h2>
    <div class="how-chapters" tabindex="0" role="region" aria-labelledby="how-title">
      <section class="how-examples">${EXAMPLES.map(example)}</section>
      <p class="how-source">${SOURCE}</p>
      ${Object.entries(CHAPTERS).map(
        ([chapter, { title, paragraphs }]) => html`<section data-chapter=${chapter}>
          <h3>${title}</h3>
          ${paragraphs.map(
            ([name, words, formula]) =>
              html`<p><b>${name}</b> ${words}${formula ? html`<code>${formula}</code>` : null}</p>`,
          )}
        </section>`,
      )}
    </div>
    <button class="button" autofocus>Close</button>
  </form>`;

/** @param {[file: string, name: string, words: string]} shown */
const example = ([file, name, words]) => html`<figure>
  <img src=${new URL(`./${file}.png`, import.meta.url).href} alt=${words} width="128" height="128" />
  <figcaption><b>${name}</b> ${words}</figcaption>
</figure>`;
