/** Review: one suggestion at a time, beside the reference and the strongest image of its prompt. */
/** @import { Candidate } from "payloads" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import {
  copyOrNot,
  imagesOf,
  loading,
  ofRound,
  someReferences,
  state,
  verdictOf,
  whenever,
} from "../../app/store.js";
import { picture, thumbnail } from "../../app/urls.js";
import { above, reference } from "../../kit/dom.js";
import { inSentence, strengthOf, unbroken } from "../../kit/format.js";
import { Button, html } from "../../kit/html.js";
import { EnlargedImage } from "../../kit/sharpened.js";
import { openRound } from "../../app/session.js";
import { Doubt } from "../../results/doubt.js";
import { decide, redo, undo } from "../grid/verdicts.js";
import { openDownload } from "../../results/finish.js";
import { enlarge } from "../lightbox/lightbox.js";
import { followed } from "../next_step.js";
import { reviewShown, showSide } from "../sides.js";
import { render } from "../../vendor/preact.min.js";
import { openViewer } from "../../viewer/viewer.js";
import { AddThese, plainWords, rowOf } from "../suggestion.js";
import { whatIf } from "../what_if.js";
import { countWords, endOf } from "./review_words.js";

/**
 * `at` is the suggestion that is looked at, null the first open one; `seen` what was looked at of its prompt,
 * the image that is shown last, nothing for the suggestion.
 */
const looking = ofRound(() => ({
  at: /** @type {string | null} */ (null),
  seen: /** @type {string[]} */ ([]),
}));

/** @param {RoundsParts} parts */
export function mountReview({ review }) {
  whenever(
    () => state.focusing,
    ({ by }) => by === "undo" && comeBack(state.focus),
  );
  render(html`<${Review} />`, review);
}

const rows = () => [...state.suggested].map(rowOf);

/** What is still asked: nothing where the next round is there. */
const openRows = () => (followed() ? [] : rows().filter(({ now }) => now === "open"));

/** The row that is looked at: the chosen one, or else the first open one. */
const current = () => rows().find(({ id }) => id === looking.value.at) ?? openRows()[0] ?? null;

/** @param {string | null} at @param {string[]} [seen] */
function turnTo(at, seen = []) {
  looking.value = { at, seen };
}

/**
 * Look at an image again of which the answer was undone or redone.
 * @param {string | null} id
 */
function comeBack(id) {
  const anchor = state.candidates.get(id ?? "")?.anchor_id;
  const row = rows().find(({ score }) => score.anchor_id === anchor);
  if (row && id) turnTo(row.id, row.id === id ? [] : [id]);
}

/** The image that is shown: the suggestion, or another one of its prompt. */
const shown = () => looking.value.seen.at(-1) ?? current()?.id ?? null;

/**
 * The image that the keys act on, of the suggestion that is looked at.
 * @param {KeyboardEvent} event
 * @param {string} key
 * @returns {(() => unknown) | null}
 */
export function reviewAction(event, key) {
  if (event.ctrlKey || event.metaKey) return { z: event.shiftKey ? redo : undo, y: redo }[key] ?? null;
  if (key === " ") return above(event.target, "button, summary, a") ? null : () => enlarge(shown() ?? "");
  return ACTS[key] ?? null;
}

/** @type {Partial<Record<string, () => unknown>>} */
const ACTS = { a: yes, r: no, n: another, ArrowRight: () => turn(1), ArrowLeft: () => turn(-1) };

function yes() {
  const id = shown();
  if (!id) return;
  answer([id], "accepted");
}

/** The suggestion that is looked at, and the other images of its prompt that were. */
const looked = () => [...new Set([current()?.id ?? "", ...looking.value.seen])];

function no() {
  if (current()) answer(looked(), "rejected");
}

/**
 * Answer, and go on to the next open suggestion after this one, or else to the first.
 * @param {string[]} ids
 * @param {"accepted" | "rejected"} verdict
 */
function answer(ids, verdict) {
  const all = rows().map(({ id }) => id);
  const place = all.indexOf(current()?.id ?? "");
  decide(ids, verdict);
  const open = openRows();
  turnTo((open.find(({ id }) => all.indexOf(id) > place) ?? open[0])?.id ?? null);
}

/** Another image of the same prompt that is not a copy: the suggestion again after the last one. */
function another() {
  const row = current();
  const others = row ? choices(row.id) : [];
  const place = others.indexOf(shown() ?? "");
  const { at, seen } = looking.value;
  if (others.length > 1) turnTo(at, [...seen, others[(place + 1) % others.length]]);
}

/**
 * A suggestion, and the images to choose from in its place.
 * @param {string} id
 */
function choices(id) {
  const others = imagesOf(state.candidates.get(id)?.anchor_id).filter(
    (one) => one.id !== id && isChoice(one),
  );
  return [id, ...others.map((one) => one.id)];
}

/** @param {Candidate} one */
const isChoice = ({ id, copy, remark }) => !copy && remark !== "flat" && verdictOf(id) === "undecided";

/** @param {1 | -1} by */
function turn(by) {
  const all = rows();
  const place = all.findIndex(({ id }) => id === current()?.id);
  turnTo(all[Math.max(0, Math.min(all.length - 1, place + by))]?.id ?? null);
}

function Review() {
  if (!reviewShown()) return null;
  if (loading()) return html`<div class="review-end"><h2>Loading the images…</h2></div>`;
  const row = current();
  if (!row) return html`<${End} />`;
  const id = shown() ?? row.id;
  const strongest = strongestOf(state.candidates.get(id));
  const named = state.project?.subjects.map(({ trigger }) => trigger) ?? [];
  const objects = someReferences(named.length);
  const verdict = verdictOf(id);
  const plain = plainWords(row.score, row.now);
  const others = choices(row.id);
  const rejectWords = looking.value.seen.length ? `Reject these ${looked().length}` : "Reject";
  return html`<div class="review-picture">
      <button type="button" class="review-face" onClick=${() => enlarge(id)} title="Enlarge (Space)">
        <${EnlargedImage} key=${id} src=${picture(id)} alt=${row.score.prompt} />
      </button>
      <div class="review-beside">
        ${objects.map(
          (one, i) => html`<figure key=${one.id}>
            <img src=${reference(one.id)} alt=${one.prompt} />
            <figcaption><b>${objects.length > 1 ? named[i] : "Your reference"}</b></figcaption>
          </figure>`,
        )}
        ${
          strongest &&
          html`<figure key="strongest">
            <img src=${picture(strongest.id)} alt="" />
            <figcaption>
              <b>${strengthOf(strongest)}:</b> ${copyOrNot(strongest)}${" "}
              ${
                strongest.seed === state.candidates.get(id)?.seed &&
                html`<button type="button" class="link" onClick=${() => openStrengths(id)}>
                  All strengths
                </button>`
              }
            </figcaption>
          </figure>`
        }
      </div>
    </div>
    <div class="review-words">
      <span class="review-count" role="status">${countWords(openRows().length)}</span>
      <h2 translate=${false}>${objects.length > 1 ? row.score.prompt : row.score.head}</h2>
      <p>${id === row.id ? plain : `Another image, ${others.indexOf(id) + 1} of ${others.length}.`}</p>
      <div class="review-answers" role="group" aria-label="Accept this image?">
        ${button("yes", "Accept", "A", yes, verdict === "accepted")}
        ${button("no", rejectWords, "R", no, verdict === "rejected")}
        ${button("another", "Another", "N", another, false, others.length < 2)}
      </div>
      <${Undo} words=${state.round?.undo} />
    </div>`;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} key
 * @param {() => void} act
 * @param {boolean} pressed
 * @param {boolean} [disabled]
 */
const button = (name, label, key, act, pressed, disabled = false) => html`<${Button}
  key=${name} class="button" data-answer=${name} data-next=${name === "yes" ? "" : null}
  aria-pressed=${name === "another" ? null : String(pressed)} disabled=${disabled} onClick=${act}
  title=${disabled ? "No other image of this prompt is left" : null}
>${label} <kbd>${key}</kbd><//>`;

/**
 * What the round draws of the same prompt with the most of its LoRA.
 * @param {Candidate | undefined} of
 */
function strongestOf(of) {
  const stronger = imagesOf(of?.anchor_id).filter((one) => of && one.strength > of.strength);
  const same = (/** @type {Candidate} */ { seed }) => Number(seed === of?.seed);
  return stronger.sort((one, other) => other.strength - one.strength || same(other) - same(one))[0] ?? null;
}

/**
 * The prompt and seed of an image at all strengths, from strong to gentle, one of them large.
 * @param {string} id
 */
function openStrengths(id) {
  const { anchor_id, prompt = "", seed } = state.candidates.get(id) ?? {};
  const all = imagesOf(anchor_id)
    .filter((one) => one.seed === seed)
    .sort((one, other) => other.strength - one.strength);
  const frames = all.map((one) => ({
    name: strengthOf(one),
    src: picture(one.id),
    words: copyOrNot(one),
  }));
  openViewer({ looks: [{ title: prompt, frames, at: all.findIndex((one) => one.id === id) }] });
}

/** What was done last, to be undone. @param {{ words: string | undefined }} props */
const Undo = ({ words }) => html`<p class="review-undo">
  ${
    words &&
    html`<${Button} class="link" data-answer="undo" title="Ctrl+Z" onClick=${undo}>Undo: ${words}<//>`
  }
</p>`;

/** Nothing is asked: what was accepted, and the way on, which is the marked button below. */
function End() {
  const { title, words, images } = endOf();
  const next = followed();
  return html`<div class="review-end">
    <h2>${title}</h2>
    <p>${unbroken(words)}</p>
    <${Doubt} round=${state.roundId} />
    <div class="review-accepted">${images.map(
      (id) => html`<img key=${id} src=${thumbnail(id)} alt=${state.candidates.get(id)?.prompt ?? ""} />`,
    )}</div>
    <div>
      ${!next && html`<${AddThese} />`}${" "}
      ${
        next
          ? html`<${Button} data-answer="next" onClick=${() => openRound(next.id)}>
                Go to ${inSentence(next.name)}
              <//>${" "}
              <${Button} data-answer="what-if" onClick=${whatIf}>What if?<//>`
          : html`<${Button} data-answer="finish" onClick=${() => openDownload()}>
              Finish: take your LoRA…
            <//>`
      }${" "}
      <${Button} data-answer="all" onClick=${() => showSide("candidates")}>All images<//>
    </div>
    <${Undo} words=${next ? "" : state.round?.undo} />
  </div>`;
}
