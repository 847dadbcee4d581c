/** The best round without figures: how many of its images match the prompt, with those images. */
/** @import { SheetColumn, SheetRow } from "payloads" */
import { address } from "../app/urls.js";
import { figures } from "../kit/figures.js";
import { Button, html } from "../kit/html.js";
import { openViewer } from "../viewer/viewer.js";
import { lookOf } from "./first_looks.js";

/** @param {{ rows: SheetRow[], columns: SheetColumn[] }} props */
export function Evidence({ rows, columns }) {
  const best = columns.find((one) => one.best) ?? columns.at(-1);
  if (figures.value || !best?.key) return null;
  const drawn = rows
    .filter(({ part }) => part === "held_out")
    .flatMap((row) =>
      Object.entries(row.pictures[best.key] ?? {}).map(([seed, picture]) => ({ row, seed, picture })),
    );
  const judged = drawn.filter(({ picture }) => picture.asked !== null);
  const asked = judged.filter(({ picture }) => picture.asked);
  const copies = drawn.filter(({ picture }) => picture.copy);
  /**
   * @param {SheetRow} row
   * @param {number} seed
   */
  const enlarge = (row, seed) =>
    openViewer({ looks: [{ ...lookOf(row, columns, seed), at: columns.indexOf(best) }] });
  /** @param {typeof drawn} shown @param {number} of @param {string} words */
  const images = (shown, of, words) => html`<section class="evidence" aria-label=${words}>
    <h3>${shown.length} of ${of} ${words}, as the studio counts</h3>
    <div>${shown.map(
      ({ row, seed, picture }) => html`<${Button}
        key=${picture.id} class="enlarge" aria-label="Enlarge ${row.prompt}"
        onClick=${() => enlarge(row, Number(seed))}
      ><img src=${address("test-thumb", picture)} alt=${row.prompt} loading="lazy" /><//>`,
    )}</div>
  </section>`;
  return html`${judged.length ? images(asked, judged.length, "match the prompt") : null}
    ${copies.length ? images(copies, drawn.length, "are copies of the reference") : null}`;
}
