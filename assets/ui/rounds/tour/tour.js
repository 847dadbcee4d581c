/** A tour in three cards beside pictures of the round: left with Esc, called back from the list of keys. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Card } from "./cards.js" */
import { openStep } from "../../app/session.js";
import { busy, on, setFilter, setFocus, state } from "../../app/store.js";
import { el, makeButton, setText } from "../../kit/dom.js";
import { addToHelp } from "../../kit/help.js";
import { toast } from "../../kit/toast.js";
import { tileOf } from "../grid/grid.js";
import { changesComing } from "../changes.js";
import { candidatesShown, showSide } from "../sides.js";
import { cardsOf } from "./cards.js";
import { tourDue, tourSeen } from "./memory.js";

const GAP = 12; // pixels between a card and what it points to

/** @type {ReturnType<typeof build> | undefined} made when it is opened first */
let parts;
/** @type {Card[]} */
let cards = [];
let at = 0;
/** @type {Element | null} */
let target = null;
/** @type {HTMLElement} */
let strip;
/** @type {Element | null} what had the focus before */
let before = null;

/** @param {RoundsParts} rounds */
export function mountTour(rounds) {
  strip = rounds.strip;
  addToHelp("Show the tour", () => {
    if (!state.candidates.size) return toast("The tour shows images of a round: run it first.");
    openStep("rounds");
    showSide("candidates", { forNow: true });
    start();
  });
  on("round scores job positions side", () => {
    const isShown = state.step === "rounds" && candidatesShown() && !changesComing();
    const ready = isShown && state.round?.complete && !busy() && state.candidates.size;
    if (ready && tourDue(state.projectId)) start();
  });
  on("forget step", stop);
  addEventListener("resize", place);
  document.addEventListener("scroll", place, { capture: true, passive: true });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !parts || parts.card.hidden) return;
      event.stopPropagation();
      stop();
    },
    { capture: true },
  );
}

function build() {
  const title = el("h2", { id: "tour-title" });
  const words = el("p", {});
  const count = el("span", { class: "tour-count" });
  const back = makeButton({ class: "quiet" }, () => show(at - 1), "Back");
  const next = makeButton({ data: { next: "" } }, () => (at + 1 < cards.length ? show(at + 1) : stop()));
  const skip = makeButton({ class: "quiet" }, stop, "Skip");
  const card = el(
    "section",
    { class: "studio tour", role: "dialog", "aria-labelledby": "tour-title", hidden: true },
    title,
    words,
    el("div", { class: "tour-foot" }, count, skip, back, next),
  );
  document.body.append(card);
  return { card, title, words, count, back, next, skip };
}

function start() {
  cards = state.project ? cardsOf(state.project, [...state.candidates.values()], state.suggested) : [];
  if (!cards.length) return;
  parts ??= build();
  tourSeen();
  setFilter("all");
  if (parts.card.hidden) before = document.activeElement;
  parts.card.hidden = false;
  show(0);
  parts.next.focus();
}

function stop() {
  if (!parts || parts.card.hidden) return;
  const held = parts.card.contains(document.activeElement);
  parts.card.hidden = true;
  point(null);
  if (held && before instanceof HTMLElement) before.focus({ preventScroll: true });
}

/** @param {number} card */
function show(card) {
  if (!parts) return;
  at = card;
  const { title, words, picture } = cards[at];
  setText(parts.title, title);
  setText(parts.words, words);
  setText(parts.count, `${at + 1} of ${cards.length}`);
  setText(parts.next, at + 1 < cards.length ? "Next" : "Done");
  parts.back.hidden = !at;
  parts.skip.hidden = at + 1 === cards.length;
  if (picture) setFocus(picture.id, "tour");
  requestAnimationFrame(() => {
    point(picture ? (tileOf(picture.id) ?? null) : strip.querySelector(".chip-round")); // it may just come
    place();
  });
}

/** @param {Element | null} element */
function point(element) {
  target?.removeAttribute("data-tour");
  target = element;
  target?.setAttribute("data-tour", "");
  const isTile = target?.matches(".tile");
  target?.scrollIntoView({ block: isTile ? "center" : "nearest", inline: "nearest" });
}

/** Beside what the card points to, inside of the window. */
function place() {
  if (!parts || parts.card.hidden || !target) return;
  const { card } = parts;
  const box = target.getBoundingClientRect();
  const below = box.bottom + GAP + card.offsetHeight < innerHeight;
  const wanted = below ? box.bottom + GAP : box.top - GAP - card.offsetHeight;
  const top = Math.max(GAP, Math.min(wanted, innerHeight - card.offsetHeight - GAP));
  const left = Math.min(Math.max(GAP, box.left), innerWidth - card.offsetWidth - GAP);
  Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
}
