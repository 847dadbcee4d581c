/** Compare blind: two images of the same prompt and seed, and which one a person would rather have. */
/** @import { Blind, BlindPair } from "payloads" */
import { call, refresh } from "../../app/session.js";
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { write } from "../../app/writes.js";
import { Dialog } from "../../kit/dialog.js";
import { above } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { Button, html, useAnswer } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { candidatesShown } from "../../rounds/sides.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/preact.min.js";

/** @typedef {"left" | "right" | "neither"} Chosen */
/** @typedef {{ round: string, first: string, second: string }} Sides what is asked for; "" leaves it open */

/** @type {Record<string, Chosen>} */
const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "neither" };

export const blindDialog = new Dialog("blind", { closed: () => refresh() });

/** @param {Partial<Sides>} [asked] */
export function openBlind(asked = {}) {
  const sides = { round: "", first: "", second: "", ...asked };
  const key = Object.values(sides).join(" ");
  if (state.measures) blindDialog.open("Compare blind", html`<${Comparison} key=${key} sides=${sides} />`);
}

/** How many settings of rounds are measured. */
const measured = () =>
  (state.measures?.rounds ?? [])
    .filter(({ id }) => id)
    .flatMap((one) => [one, ...one.schedules])
    .filter(({ report }) => report).length;

/** Below the verdict. */
export const InResults = () =>
  measured() > 1 &&
  html`<${Button} data-action="blind" title=${WHY} onClick=${() => openBlind()}>Compare blind…<//>`;

/** Below a winner: this setting, against the one that the files use. @param {Partial<Sides>} props */
export const AtWinner = ({ first, second }) =>
  first &&
  second &&
  html`<${Button} title=${WHY} onClick=${() => openBlind({ first, second })}>Compare blind…<//>`;

/** Beside the strip, until the round was compared; not among all images, where one chooses single ones. */
export function AfterRound() {
  const { measures, roundId } = state;
  if (candidatesShown()) return null;
  const isKnown = roundId !== null && measures?.words.rounds[roundId] && measured() > 1;
  if (!isKnown || measures.blind.some(({ rounds }) => rounds.includes(roundId))) return null;
  return html`<${Button}
    class="button" data-action="blind" title=${WHY} onClick=${() => openBlind({ round: roundId })}
  >Compare blind…<//>`;
}
const WHY = "Choose between two images without seeing which is which: your choice outranks the figures";

const NO_PAIR = /** @type {BlindPair | null} */ (null);
const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** @param {{ sides: Sides }} props */
function Comparison({ sides }) {
  const [asked, ask] = useState(() => ({
    seed: newSeed(),
    sitting: 0,
    ...sides,
    back: NO_PAIR,
  }));
  const found = useAnswer(() => {
    const { seed, round, first, second } = asked;
    const answer = call("results", "compare_blind", { project: state.projectId, seed, round, first, second });
    return answer.then((blind) => blind && { blind, of: asked });
  }, [asked]);
  /** @param {Partial<Sides>} changed @param {BlindPair | null} [back] the pair to begin with */
  const again = (changed, back = null) => ask({ ...asked, ...changed, back, sitting: asked.sitting + 1 });
  if (!found) return null;
  const { blind, of } = found;
  const { first, second } = blind;
  const names = blind.sides.map(({ key, name }) => /** @type {const} */ ([key, name]));
  /** @param {"first" | "second"} which @param {string} key */
  const compare = (which, key) => {
    const both = { first, second, [which]: key };
    again(both.first === both.second ? { first: second, second: first } : both);
  };
  /** @param {"first" | "second"} which @param {string} label */
  const side = (which, label) => html`<${Select}
    aria-label=${label} value=${blind[which]} names=${names}
    choose=${(/** @type {string} */ key) => compare(which, key)}
  />`;
  const { back, sitting } = of;
  const rest = blind.pairs.filter(({ left }) => !back || ![back.left.id, back.right.id].includes(left.id));
  const pairs = back ? [back, ...rest].slice(0, blind.pairs.length) : rest;
  return html`<header class="blind-head">
      <h2>Compare blind</h2>
      <span class="blind-sides">${side("first", "Compare")} and ${side("second", "with")}</span>
      <${Button} title="Esc" onClick=${() => blindDialog.close()}>Close<//>
    </header>
    <${Pairs} key=${sitting} ...${{ blind, pairs, again, begins: sitting > 0 || !blind.told }} />`;
}

/**
 * One pair after the other, and then what was chosen, or that first where it does not begin with pairs.
 * @param {{ blind: Blind, pairs: BlindPair[], begins: boolean,
 *   again: (changed: Partial<Sides>, back?: BlindPair | null) => void }} props
 */
function Pairs({ blind, pairs, begins, again }) {
  const [at, go] = useState(0);
  const [isOn, begin] = useState(begins);
  const [open, wait] = useState(0); // answers that the studio has not confirmed
  const [{ told, agreed }, tell] = useState({ told: blind.told, agreed: blind.agreed });
  const project = state.projectId;
  const { first, second } = blind;
  const pair = isOn ? pairs[at] : undefined;
  const answered = useRef(/** @type {BlindPair | undefined} */ (undefined)); // until the next one is drawn
  const canUndo = at > 0 || blind.can_undo;
  /** @param {Chosen} chosen */
  const choose = async (chosen) => {
    if (!pair || answered.current === pair) return;
    answered.current = pair;
    go(at + 1);
    wait((number) => number + 1);
    const { left, right } = pair;
    const said = await write("choose_blind", { project, left: left.id, right: right.id, chosen });
    wait((number) => number - 1);
    if (said) tell(said);
    else again({ first, second });
  };
  const undo = async () => {
    answered.current = undefined;
    if (at > 0) go(at - 1);
    const undone = await write("undo_blind", { project });
    if (at === 0) again({ first, second }, undone?.pair);
  };
  useLayoutEffect(() => {
    /** @param {KeyboardEvent} event */
    const press = (event) => {
      const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
      if (event.repeat || event.altKey || above(event.target, "select")) return;
      if (!isUndo && (!KEYS[event.key] || event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!isUndo) choose(KEYS[event.key]);
      else if (canUndo) undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  useEffect(() => {
    for (const { left, right } of pairs.slice(at + 1, at + 4))
      for (const picture of [left, right]) new Image().src = address("test-picture", picture);
  }, [at]);
  const undoButton = html`<${Button} title="Ctrl Z" disabled=${!canUndo} onClick=${undo}>Undo<//>`;
  if (!pair) {
    const isOver = at >= pairs.length;
    const left = isOver ? blind.more : pairs.length;
    const goOn = () => (isOver ? again({ first, second }) : begin(true));
    return html`<div class="blind-told" role="status">
      ${open ? html`<p>Saving…</p>` : html`<p><b>${told || NOTHING}</b></p><p>${told && agreed}</p>`}
      <div class="blind-buttons">
        ${undoButton}
        ${
          left
            ? html`<${Button} data-next="" disabled=${open > 0} onClick=${goOn}>
                ${count(left, "more pair")}
              <//>`
            : told && html`<span>These are all pairs: more benchmark images give more.</span>`
        }
      </div>
    </div>`;
  }
  /** @param {"left" | "right"} side @param {string} key */
  const plate = (side, key) => html`<button
    type="button" class="blind-plate" aria-label="The ${side} image" title=${key}
    onClick=${() => choose(side)}
  ><img
      key=${pair[side].id} src=${address("test-picture", pair[side])} alt="" draggable=${false}
    /><kbd aria-hidden="true">${key}</kbd></button>`;
  return html`<p class="blind-prompt"><b translate=${false}>${pair.prompt}</b>: which would you take?</p>
    <div class="blind-plates">${plate("left", "←")}${plate("right", "→")}</div>
    <div class="blind-buttons">
      ${undoButton}
      <output>Pair ${at + 1} of ${pairs.length}</output>
      <${Button} title="↓" data-action="neither" onClick=${() => choose("neither")}>
        Neither <kbd aria-hidden="true">↓</kbd>
      <//>
    </div>`;
}
const NOTHING = "These two have no images of the same prompts and seeds that differ.";
