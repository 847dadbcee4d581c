/** Pictures of one prompt and seed, large: flipped through, or two under a divider that is dragged. */
import { someReferences } from "../app/store.js";
import { reference, sideways } from "../kit/dom.js";
import { tabbedTo } from "../kit/by_tab.js";
import { Dialog } from "../kit/dialog.js";
import { figures } from "../kit/figures.js";
import { Button, html, withValue } from "../kit/html.js";
import { Segments, Select } from "../kit/segments.js";
import { sharpens } from "../kit/sharpened.js";
import { Turns } from "../kit/turns.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { fileAddress, otherOf, shownOf, turned } from "./looks.js";

/** @import { Frame, Look } from "./looks.js" */
/** @typedef {"cut" | "flip"} Mode */

/** @type {[Mode, string][]} */
const MODES = [
  ["flip", "Flip"],
  ["cut", "Slider"],
];
const REFERENCES = 3; // beside the pictures
const reveal = sideways(".view-frames");

/** The references of the open project, as frames. @returns {Frame[]} */
export const referenceFrames = () =>
  someReferences(REFERENCES).map(({ id, prompt }) => ({
    name: "Reference",
    src: reference(id),
    words: prompt,
  }));

/**
 * `looks` are turned through by ‹ ›, beginning with `at`; `what` says what one is ("Prompt"). `best` names
 * the frame to show first, where a look does not say. In a dialog (`close`), Space closes it.
 * @typedef {{ looks: Look[], at?: number, mode?: Mode, best?: string | null, what?: string,
 *   close?: () => void }} Props
 */

/** @param {Props} props */
export function Viewer({ looks, at = 0, mode: first = "cut", best = null, what = "Prompt", close }) {
  const [turnedTo, turnTo] = useState(at);
  const [name, choose] = useState(/** @type {string | null} */ (null));
  const [under, chooseUnder] = useState(/** @type {string | null} */ (null));
  const [mode, setMode] = useState(first);
  const [split, cut] = useState(50);
  const [isUnder, flipTo] = useState(false);
  const node = useRef(/** @type {HTMLElement | null} */ (null));
  const references = referenceFrames();
  const row = Math.min(turnedTo, looks.length - 1);
  const look = looks[row];
  const { frames } = look;
  const after = shownOf(look, name, best);
  const others = [...references.slice(0, 1), ...frames].filter((frame) => frame.src && frame !== after);
  const before = otherOf(others, frames, under);
  const shown = before ? mode : "flip";
  const isCut = shown === "cut";
  const isFull = close && figures.value;
  const words = isFull ? after.words : after.words.split(" · ")[0]; // figures in the dialog alone
  useEffect(() => {
    for (const { src } of frames) if (src) new Image().src = src; // flipping shows them at once
  }, [look.title]);
  useEffect(() => {
    turnTo(at);
  }, [at]);
  useEffect(() => {
    flipTo(false);
  }, [after.src, mode]);
  useLayoutEffect(() => {
    if (close) node.current?.focus({ preventScroll: true });
  }, []);

  /** @param {number} by */
  const turn = (by) => turnTo((row + by + looks.length) % looks.length);
  const flip = () => before && flipTo(!isUnder);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const place = turned(event.key, frames.indexOf(after), frames.length);
    const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const isField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === " " && close && !tabbedTo(event.target)) close();
    else if (place !== null && !isField) choose(frames[place].name);
    else if (rows && looks.length > 1 && !isField) turn(rows);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div
    class="view" data-mode=${shown} ref=${node} tabindex="-1" onKeyDown=${onKey}
  >
    <div class="view-head">
      <h3 class="view-title" dir="auto" translate=${false}>${look.title}</h3>
      ${
        looks.length > 1 &&
        html`<${Turns} ...${{ what, at: row, count: looks.length, turn }} keys=${["↑", "↓"]} />`
      }
      ${close ? html`<${Button} title="Esc" onClick=${close}>Close<//>` : null}
    </div>
    <div class="view-body">
      ${references.length ? html`<div class="view-references">${references.map(beside)}</div>` : null}
      <figure class="view-compared">
        <${Stage} ...${{ title: look.title, before, after, mode: shown, split, cut, isUnder, flip }} />
        <figcaption aria-live="polite">
          ${
            before
              ? html`<${Under} ...${{ others, before }} choose=${chooseUnder} isShown=${isCut || isUnder} />`
              : null
          }
          <span data-shown=${isCut || !isUnder ? "" : null}><b>${after.name}</b> ${words}</span>
        </figcaption>
        ${before ? html`<${Bar} ...${{ before, after, mode, setMode, split, cut, isUnder, flip }} />` : null}
      </figure>
      ${frames.length > 1 ? html`<${Side} ...${{ look, after, references, choose }} />` : null}
    </div>
  </div>`;
}

/** @param {Frame} reference */
const beside = ({ src, name, words }) => html`<figure key=${src}>
  <img src=${src} alt=${words} /><figcaption>${name}</figcaption>
</figure>`;

/** @param {{ others: Frame[], before: Frame, choose: (name: string) => void, isShown: boolean }} props */
const Under = ({ others, before, choose, isShown }) => html`<${Select}
  aria-label="Compare with" data-shown=${isShown ? "" : null} value=${before.name} choose=${choose}
  names=${others.map(({ name }) => [name, name])}
/>`;

/**
 * How the two are compared.
 * @param {{ before: Frame, after: Frame, mode: Mode, setMode: (mode: Mode) => void, split: number,
 *   cut: (percent: number) => void, isUnder: boolean, flip: () => void }} props
 */
function Bar({ before, after, mode, setMode, split, cut, isUnder, flip }) {
  return html`<div class="view-bar">
    <${Segments} label="How to compare" chosen=${mode} names=${MODES} choose=${setMode} />
    ${
      mode === "cut"
        ? html`<input
            type="range" min="0" max="100" value=${split} aria-label="How much of ${before.name} is shown"
            aria-valuetext="${Math.round(split)}% ${before.name}"
            onInput=${withValue((value) => cut(Number(value)))}
          />`
        : html`<button type="button" class="button" data-action="flip" onClick=${flip}>
            Show ${(isUnder ? after : before).name}
          </button>`
    }
  </div>`;
}

/**
 * Two pictures over each other.
 * @param {{ title: string, before: Frame | null, after: Frame, mode: Mode, split: number,
 *   cut: (percent: number) => void, isUnder: boolean, flip: () => void }} props
 */
function Stage({ title, before, after, mode, split, cut, isUnder, flip }) {
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  const drag = (event) => {
    const { type, button, pointerId, clientX, currentTarget: place } = event;
    if (mode !== "cut") return;
    if (type === "pointerdown") {
      if (button !== 0) return;
      place.setPointerCapture(pointerId);
    }
    if (!place.hasPointerCapture(pointerId)) return;
    const { left, width } = place.getBoundingClientRect();
    cut(Math.min(100, Math.max(0, (100 * (clientX - left)) / width)));
  };
  const clip = mode === "cut" ? `clip-path: inset(0 0 0 ${split}%)` : "";
  return html`<div
    class="view-stage" onPointerDown=${drag} onPointerMove=${drag} onClick=${() => mode === "flip" && flip()}
  >
    ${
      before && (mode === "cut" || isUnder)
        ? html`<img
            key="before" class="view-before" src=${before.src} alt=${title && `${title}, ${before.name}`}
            draggable=${false}
          />`
        : null
    }
    ${
      after.src
        ? html`<img
            key="after" class="view-after" src=${after.src} style=${clip} hidden=${mode === "flip" && isUnder}
            alt=${title ? `${title}, ${after.name}: ${after.words}` : after.words} draggable=${false}
          />`
        : html`<span key="none" class="view-none" hidden=${mode === "flip" && isUnder}>
            Not generated by this round
          </span>`
    }
    ${
      mode === "cut"
        ? html`<span key="line" class="divider" style="left: ${split}%" aria-hidden="true" />`
        : null
    }
  </div>`;
}

/**
 * All frames of a look, one of which is shown, and files of them to send.
 * @param {{ look: Look, after: Frame, references: Frame[], choose: (name: string) => void }} props
 */
const Side = ({ look, after, references, choose }) => html`<div class="view-side">
  <div class="view-frames" role="group" aria-label="Which image is shown">
    ${look.frames.map(
      (frame) => html`<button
        key=${frame.name} type="button" class="view-frame" aria-pressed=${String(frame === after)}
        ref=${frame === after ? reveal : null}
        title="${frame.name}: ${frame.words}" onClick=${() => choose(frame.name)}
      >
        ${frame.src ? html`<img src=${frame.src} alt="" loading="lazy" />` : html`<span class="view-none" />`}
        <span>${frame.name}</span>
      </button>`,
    )}
  </div>
  <${LookFiles} look=${look} references=${references} />
</div>`;

/** Files of a look, to send. @param {{ look: Look, references: Frame[] }} props */
export const LookFiles = ({ look, references }) => html`<div class="view-files">
  <span>Share:</span>
  ${["png", "gif"].map(
    (ending) => html`<a
      key=${ending} class="button small" download="before-and-after.${ending}"
      href=${fileAddress(ending, look, references, sharpens.value)}
      title=${ending === "png" ? "The images beside each other" : "One after another"}
    >${ending === "png" ? "Comparison strip (PNG)" : "Animation (GIF)"}</a>`,
  )}
</div>`;

/** @typedef {{ looks: Look[], at?: number, what?: string, mode?: Mode }} Opened */

export const viewerDialog = new Dialog("viewer", { light: () => true });
const opened = signal(/** @type {Opened | null} */ (null));

/** Open it again with what it showed last; false if it showed nothing yet. */
export function reopenViewer() {
  if (opened.value) openViewer(opened.value);
  return Boolean(opened.value);
}

/** The viewer as a dialog, one picture at a time. @param {Opened} what */
export function openViewer(what) {
  opened.value = what;
  viewerDialog.close();
  viewerDialog.open(
    "Enlarged image",
    html`<${Viewer} mode="flip" ...${what} close=${() => viewerDialog.close()} />`,
  );
}
