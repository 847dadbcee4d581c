/** The head of a row: the scores of its test prompt, and what can be done with its images. */
/** @import { Named } from "./parts.js" */
import { busy, byItself, imagesOf, isJudged, state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { copiesOf, uncertainty, uncertaintyTitle } from "../../kit/format.js";
import { Button, html } from "../../kit/html.js";
import { signal } from "../../vendor/signals.min.js";
import { toggleCopies } from "./mark_copies.js";
import { focusedRow, numberOf } from "./parts.js";

/** Whether nobody can ask for images now: the studio is at work, or the project is by itself. */
const closedMore = () => busy() || byItself() !== "";

/** Were images asked for, and the page knows nothing of the work yet? A double click asks once. */
const asking = signal(false);

/** Generate further images of a test prompt. @param {string} anchor */
async function drawMore(anchor) {
  const { roundId } = state;
  if (roundId === null || asking.value || closedMore()) return;
  asking.value = true;
  await write("draw_more", { round: roundId, anchor });
  await refresh();
  asking.value = false;
}

/**
 * Rank, copy rate and entropy of a test prompt. Where all images count as copies and nobody looked, it says
 * so and offers to correct it. Tab reaches the buttons of the row in which a picture has the focus.
 * @param {{ anchor: Named }} props
 */
export function Head({ anchor }) {
  const { id, prompt } = anchor;
  const judged = isJudged();
  const score = state.scoreOf.get(id);
  const images = imagesOf(id);
  const isOpen = images.some(({ copy_by }) => copy_by !== "person");
  const asks = Boolean(score && isOpen && judged && score.n > 0 && score.copies === score.n);
  const canGrow = state.round?.complete && state.round.pool.some((one) => one.id === id) && !closedMore();
  const rank = judged ? numberOf(id) : null;
  const told = judged ? score : undefined;
  const place = rank ? `Place ${rank}: where your choice helps most comes first` : "Not ranked yet";
  return html`<span class="rank" title=${place}>${rank || "·"}</span>
    <span class="prompt" dir="auto" translate=${false} title=${prompt}>
      <b>${anchor.head}</b>${anchor.tail && ` ${anchor.tail}`}
    </span>
    <span class="facts">
      <${Button}
        class="link more" tabIndex=${id === focusedRow() ? 0 : -1} hidden=${!canGrow}
        onClick=${() => drawMore(id)} title="Generate three more images of this test prompt"
      >Generate more<//>
      <span class="plain" title=${score?.reason}>
        ${score && !asks && (judged ? score.brief : score.reason)}
      </span>
      <span class="copies">
        ${told && (asks ? asked(told.n) : copiesOf(told.copies, told.n))}
      </span>
      <span class="entropy" title=${told && uncertaintyTitle(told.entropy)}>
        ${told && `uncertainty: ${uncertainty(told.entropy)}`}
      </span>
      <span class="note" title=${score?.reason}>${score?.chosen && "suggested"}</span>
      <${Button}
        class="button small none" hidden=${!asks} onClick=${() => toggleCopies(images.map((one) => one.id))}
        title="Mark all images of this row as not copies"
      >Not copies<//>
    </span>`;
}

/** @param {number} n pictures, all of which count as copies */
const asked = (n) => (n === 1 ? "The only image looks like a copy." : `All ${n} look like copies.`);
