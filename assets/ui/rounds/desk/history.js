/** Undo, redo, and the list of what was decided, in which one can go back and forth. */
/** @import { HistoryStep } from "payloads" */
import { state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { newest } from "../../app/newest.js";
import { html, set, SignButton, useKeptFocus } from "../../kit/html.js";
import { useLayoutEffect } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { goTo, redo, undo } from "../grid/verdicts.js";

const newRequest = newest();
const steps = signal(/** @type {HistoryStep[]} */ ([]));
/** @type {HTMLElement | null} */
let panel = null;

async function load() {
  if (!panel?.matches(":popover-open") || !state.roundId) return;
  const isLatest = newRequest();
  const answer = await call("rounds", "history", { round: state.roundId });
  if (answer && isLatest()) set(steps, answer.steps);
}

/** @param {HTMLElement} opened the panel that shows the history */
export function openHistory(opened) {
  panel = opened;
  load();
}

/** What was decided; a press goes back to it. */
export function History() {
  useLayoutEffect(() => {
    load();
  }, [state.round]);
  return html`<section class="history"><h2>History</h2><${Steps} /></section>`;
}

export function UndoAndRedo() {
  const { undo: undoes = "", redo: redoes = "" } = state.round ?? {};
  return html`<span class="desk-steps">
    <${Step} glyph="↶" act=${undo} verb="Undo" what=${undoes} shortcut="Ctrl+Z" />
    <${Step} glyph="↷" act=${redo} verb="Redo" what=${redoes} shortcut="Ctrl+Y" />
  </span>`;
}

/** @param {{ glyph: string, act: () => void, verb: string, what: string, shortcut: string }} props */
function Step({ glyph, act, verb, what, shortcut }) {
  const words = what ? `${verb}: ${what} (${shortcut})` : `There is nothing to ${verb.toLowerCase()}`;
  return html`<${SignButton} words=${words} disabled=${!what} onClick=${act}>${glyph}<//>`;
}

/** The newest step on top; the steps above the current one were undone. */
function Steps() {
  const current = steps.value.findLast((step) => step.stands)?.id ?? null;
  useKeptFocus(panel, "data-step");
  useLayoutEffect(() => {
    panel?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return html`<ol class="history-steps">
    ${steps.value.toReversed().map((step) => row(step.id, step.words, step, current))}
    ${row(null, "beginning of the round", null, current)}
  </ol>`;
}

/**
 * @param {number | null} id
 * @param {string} words
 * @param {HistoryStep | null} step
 * @param {number | null} current
 */
function row(id, words, step, current) {
  const when = step && new Date(step.time * 1000);
  return html`<li key=${id} data-step=${id ?? "beginning"}><button
    type="button" class="history-step" aria-current=${id === current ? "step" : null}
    data-stands=${!step || step.stands ? "yes" : "no"} onClick=${() => id !== current && goTo(id)}
    title=${id === current ? "This is the current state" : "Go to this state"}
  >
    <span>${words.charAt(0).toUpperCase() + words.slice(1)}</span>
    ${
      when &&
      html`<time datetime=${when.toISOString()}>
        ${when.toLocaleTimeString([], { timeStyle: "short" })}
      </time>`
    }
  </button></li>`;
}
