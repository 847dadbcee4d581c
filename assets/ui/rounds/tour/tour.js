/** A tour in three cards beside pictures of the round: left with Esc, called back from the list of keys. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Card } from "./cards.js" */
import { openStep } from "../../app/session.js";
import { busy, setFilter, setFocus, state, whenever } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { addToHelp } from "../../kit/help.js";
import { Button, html } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { render, useLayoutEffect, useRef } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { tileOf } from "../grid/ring.js";
import { changesComing } from "../changes.js";
import { candidatesShown, showSide } from "../sides.js";
import { cardsOf } from "./cards.js";
import { tourDue, tourSeen } from "./memory.js";

const GAP = 12; // pixels between a card and what it points to

/** The cards, one of which is shown; none while there is no tour. */
const tour = signal({ cards: /** @type {Card[]} */ ([]), at: 0 });

/** @param {RoundsParts} parts */
export function mountTour({ strip }) {
  addToHelp("Show the tour", () => {
    if (!state.candidates.size) return toast("The tour shows images of a round: run it first.");
    openStep("rounds");
    showSide("candidates", { forNow: true });
    start();
  });
  whenever(
    () => {
      const isShown = state.step === "rounds" && candidatesShown() && !changesComing();
      return isShown && state.round?.complete && !busy() && state.candidates.size > 0 && state.projectId;
    },
    (project) => project && tourDue(project) && start(),
  );
  whenever(() => [state.projectId, state.roundId, state.step], stop);
  render(html`<${Tour} strip=${strip} />`, document.body.appendChild(el("div")));
}

function start() {
  const cards = state.project ? cardsOf(state.project, [...state.candidates.values()], state.suggested) : [];
  if (!cards.length) return;
  tourSeen();
  setFilter("all");
  tour.value = { cards, at: 0 };
}

function stop() {
  if (tour.value.cards.length) tour.value = { cards: [], at: 0 };
}

/** @param {{ strip: HTMLElement }} props */
function Tour({ strip }) {
  const { cards, at } = tour.value;
  return cards.length
    ? html`<${Shown} strip=${strip} card=${cards[at]} at=${at} count=${cards.length} />`
    : null;
}

/** @param {{ strip: HTMLElement, card: Card, at: number, count: number }} props */
function Shown({ strip, card: { title, words, picture }, at, count }) {
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  const next = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    const node = card.current;
    /** @type {HTMLElement | null | undefined} */ (next.current?.querySelector("[data-next]"))?.focus();
    const leave = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      stop();
    };
    document.addEventListener("keydown", leave, true);
    return () => {
      document.removeEventListener("keydown", leave, true);
      const held = node?.contains(document.activeElement) || document.activeElement === document.body;
      if (held && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  useLayoutEffect(() => {
    /** @type {Element | null | undefined} */
    let target;
    const place = () => card.current && target && putBeside(card.current, target);
    if (picture) setFocus(picture.id, "tour");
    const frame = requestAnimationFrame(() => {
      target = picture ? tileOf(picture.id) : strip.querySelector(".chip-round"); // it may just come
      target?.setAttribute("data-tour", "");
      target?.scrollIntoView({ block: picture ? "center" : "nearest", inline: "nearest" });
      place();
    });
    addEventListener("resize", place);
    document.addEventListener("scroll", place, { capture: true, passive: true });
    return () => {
      cancelAnimationFrame(frame);
      target?.removeAttribute("data-tour");
      removeEventListener("resize", place);
      document.removeEventListener("scroll", place, { capture: true });
    };
  }, [at]);
  const isLast = at + 1 === count;
  const turn = (/** @type {number} */ to) => {
    if (to === count) stop();
    else tour.value = { ...tour.value, at: to };
  };
  return html`<section ref=${card} class="studio tour" role="dialog" aria-labelledby="tour-title">
    <h2 id="tour-title">${title}</h2>
    <p>${words}</p>
    <div class="tour-foot" ref=${next}>
      <span class="tour-count">${at + 1} of ${count}</span>
      <${Button} class="quiet" hidden=${isLast} onClick=${stop}>Skip<//>
      <${Button} class="quiet" hidden=${!at} onClick=${() => turn(at - 1)}>Back<//>
      <${Button} data-next="" onClick=${() => turn(at + 1)}>${isLast ? "Done" : "Next"}<//>
    </div>
  </section>`;
}

/**
 * @param {HTMLElement} card
 * @param {Element} target
 */
function putBeside(card, target) {
  const box = target.getBoundingClientRect();
  const below = box.bottom + GAP + card.offsetHeight < innerHeight;
  const wanted = below ? box.bottom + GAP : box.top - GAP - card.offsetHeight;
  const top = Math.max(GAP, Math.min(wanted, innerHeight - card.offsetHeight - GAP));
  const left = Math.min(Math.max(GAP, box.left), innerWidth - card.offsetWidth - GAP);
  Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
}
