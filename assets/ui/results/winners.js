/** The cleanest round and the one with the most of the style or object, where they differ. */
/** @import { SheetColumn, SheetRow } from "payloads" */
import { state } from "../app/store.js";
import { Button, html } from "../kit/html.js";
import { inSentence } from "../kit/format.js";
import { partsIn } from "../kit/places.js";
import { openViewer } from "../viewer/viewer.js";
import { known, openFinish } from "./finish.js";
import { lookOf, looksOf } from "./first_looks.js";

/** The round whose files are as in a column, which has none where they use another strength. */
export const takenAs = (/** @type {SheetColumn} */ { round, decides }) =>
  decides ? known.value.find(({ id }) => id === round) : undefined;

/**
 * A column, and the one whose strength its round's files use, by their keys.
 * @param {SheetColumn[]} columns
 * @param {number} at
 */
export function settingsOf(columns, at) {
  const used = columns.find(({ round, decides }) => decides && round === columns[at]?.round);
  return { first: columns[at]?.key, second: used?.key };
}

/** @param {{ rows: SheetRow[], columns: SheetColumn[] }} props */
export function Winners({ rows, columns }) {
  const winners = state.measures?.winners ?? [];
  const first = looksOf(rows, columns)[0]?.title;
  const row = rows.find(({ part, prompt }) => part === "held_out" && prompt === first);
  if (!winners.length || !row) return null;
  const look = lookOf(row, columns, 0);
  return html`<div class="winners">
    ${winners.map(({ key, sentence }) => {
      const at = columns.findIndex((one) => one.key === key);
      const src = look.frames[at]?.src;
      const its = at < 0 ? undefined : takenAs(columns[at]);
      return html`<figure key=${sentence}>
        ${
          src &&
          html`<${Button}
            class="enlarge" aria-label="Enlarge ${row.prompt}"
            onClick=${() => openViewer({ looks: [{ ...look, at }] })}
          ><img src=${src} alt=${row.prompt} /><//>`
        }
        <figcaption>
          ${sentence}${" "}
          ${
            its
              ? html`<${Button} onClick=${() => openFinish(its)}>Take ${inSentence(columns[at].name)}…<//>`
              : html`Its files use another strength. Prefer it in blind pairs to make them use this one.${" "}
                  ${partsIn("winner", settingsOf(columns, at))}`
          }
        </figcaption>
      </figure>`;
    })}
  </div>`;
}
