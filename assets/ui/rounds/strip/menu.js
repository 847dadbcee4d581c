/** What is done to a round of the strip: name, star, archive; and the archived rounds, to be brought back. */
/** @import { Asked, RoundSummary, WriteRequests } from "payloads" */
import { renderOn } from "../../app/watch.js";
import { state } from "../../app/store.js";
import { openRound, refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { place } from "../../kit/popovers.js";
import { toast } from "../../kit/toast.js";
import { render } from "../../vendor/preact.min.js";
import { branchOf } from "./tree.js";

const LONGEST = 40; // characters of a name, as in gal_studio/core/naming.py

/**
 * A list that opens below a button; it closes by itself, and gives the focus back.
 * @param {string} label
 */
const makeList = (label) =>
  document.body.appendChild(
    el("div", { class: "studio round-menu", popover: "auto", role: "group", "aria-label": label }),
  );

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} button
 */
function openBelow(list, button) {
  list.showPopover({ source: button });
  place(list, button);
}

/** @type {HTMLElement | null} */
let menu = null;

/**
 * The button of a round's menu.
 * @param {{ id: string, title: string }} props
 */
export const MoreButton = ({ id, title }) => html`<button
  type="button" class="quiet chip-more" title="Name, star or archive this round"
  aria-label="Name, star or archive ${title}" aria-haspopup="true"
  onClick=${(/** @type {{ currentTarget: HTMLElement }} */ event) => openMenu(id, event.currentTarget)}
>⋯</button>`;

/**
 * @param {string} id
 * @param {HTMLElement} button
 */
function openMenu(id, button) {
  const round = state.rounds.find((one) => one.id === id);
  if (!round) return;
  menu ??= makeList("This round");
  render(
    html`<${Menu} key=${`${id} ${round.name}`} round=${round} close=${() => menu?.hidePopover()} />`,
    menu,
  );
  openBelow(menu, button);
  menu.querySelector("input")?.select();
}

/** @param {{ round: RoundSummary, close: () => void }} props */
function Menu({ round: { id, name, starred }, close }) {
  const after = branchOf(state.rounds, id).length - 1;
  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  const rename = (event) => {
    event.preventDefault();
    close();
    const typed = event.currentTarget.querySelector("input")?.value ?? name;
    if (typed.trim() !== name) change("rename_round", { round: id, name: typed });
  };
  const star = () => change("star_round", { round: id, starred: !starred });
  const item = (/** @type {string} */ label, /** @type {() => void} */ act) => html`<button
    type="button" class="quiet menu-item"
    onClick=${() => {
      close();
      act();
    }}
  >${label}</button>`;
  return html`<form onSubmit=${rename}>
      <input
        type="text" defaultValue=${name} maxlength=${LONGEST} placeholder="By its number"
        aria-label="Name of the round; empty for its number"
      />
      <button type="submit" class="button small">Rename</button>
    </form>
    ${item(starred ? "☆ Remove the star" : "★ Star", star)}
    ${item(after ? `Archive, with ${count(after, "round")} after it` : "Archive", () => archiveRound(id))}`;
}

/**
 * @template {"rename_round" | "star_round" | "restore_round"} Name
 * @param {Name} name
 * @param {Asked<WriteRequests[Name]>} request
 */
async function change(name, request) {
  const answer = await write(name, request);
  await refresh();
  return answer;
}

/**
 * Hide a round with those after it, and show the one before it if it was open. Undo brings it back.
 * @param {string} id
 */
export async function archiveRound(id) {
  const gone = branchOf(state.rounds, id);
  const { roundId: shown, projectId: project } = state;
  const answer = await write("archive_round", { round: id });
  if (!answer) return;
  const wasOpen = gone.some((round) => round.id === shown);
  if (wasOpen && answer.before) openRound(answer.before);
  await refresh();
  const name = gone[0]?.name ?? "The round";
  const more = gone.length > 1 ? ` and ${count(gone.length - 1, "round")} after it` : "";
  toast(`${name}${more}: archived.`, "plain", {
    label: "Undo",
    act: () => restore(id, wasOpen && state.projectId === project),
  });
}

/**
 * @param {string} id
 * @param {boolean} open
 */
async function restore(id, open) {
  const answer = await change("restore_round", { round: id });
  if (answer && open) openRound(id);
}

/** @type {HTMLElement} */
let archive;

/** Make the list of the archived rounds, which `ArchiveButton` opens. */
export function mountArchive() {
  archive = makeList("Archived rounds");
  renderOn("project archived forget", archive, () => {
    if (!state.archived.length && archive.matches(":popover-open")) archive.hidePopover();
    return state.archived.map(
      ({ id, name }) => html`<div class="archived-round" key=${id}>
        <span>${name}</span>
        <button
          type="button" class="button small" aria-label="Bring back ${name}"
          onClick=${() => restore(id, false)}
        >Bring back</button>
      </div>`,
    );
  });
}

/** The button with the archived rounds, at the end of the strip. */
export function ArchiveButton() {
  const n = state.project ? state.archived.length : 0;
  const open = (/** @type {{ currentTarget: HTMLElement }} */ { currentTarget }) =>
    openBelow(archive, currentTarget);
  return html`<button
    type="button" class="quiet archived" title="Bring archived rounds back" aria-haspopup="true" hidden=${!n}
    onClick=${open}
  >Archived ${n}</button>`;
}
