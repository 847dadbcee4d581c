/** The cleanest round and the one with the most of the style or object, where they differ. */
/** @import { SheetColumn, SheetRow } from "payloads" */
import { state } from "../app/store.js";
import { Button, html } from "../kit/html.js";
import { inSentence } from "../kit/format.js";
import { openViewer } from "../viewer/viewer.js";
import { known, openFinish } from "./finish.js";
import { lookOf, looksOf } from "./first_looks.js";

/** @param {{ rows: SheetRow[], columns: SheetColumn[] }} props */
export function Winners({ rows, columns }) {
  const winners = state.measures?.winners ?? [];
  const first = looksOf(rows, columns)[0]?.title;
  const row = rows.find(({ part, prompt }) => part === "held_out" && prompt === first);
  if (!winners.length || !row) return null;
  const look = lookOf(row, columns, 0);
  return html`<div class="winners">
    ${winners.map(({ round, key, sentence }) => {
      const at = columns.findIndex((one) => one.key === key);
      const src = look.frames[at]?.src;
      const its = known.value.find(({ id }) => id === round);
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
          ${its && html`<${Button} onClick=${() => openFinish(its)}>Take ${inSentence(its.name)}…<//>`}
        </figcaption>
      </figure>`;
    })}
  </div>`;
}
