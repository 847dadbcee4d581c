/** What is done to a round of the strip: name, star, archive; and the archived rounds, to be brought back. */
/** @import { Asked, RoundSummary, WriteRequests } from "payloads" */
import { byItself, state } from "../../app/store.js";
import { openRound, refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { count } from "../../kit/format.js";
import { Button, html, submitting } from "../../kit/html.js";
import { closePanel, MenuItem, PopoverButton } from "../../kit/popovers.js";
import { toast } from "../../kit/toast.js";
import { whatIf } from "../what_if.js";
import { branchOf } from "./tree.js";

const LONGEST = 40; // characters of a name, as in gal_studio/core/naming.py

/** The menu of a round. @param {{ id: string, title: string }} props */
export const MoreButton = ({ id, title }) => html`<${PopoverButton}
  class="quiet chip-more" title="Name, star or archive this round" label="⋯"
  aria-label="Name, star or archive ${title}" aria-haspopup="true" panelClass="round-menu"
  panelLabel="This round" onOpen=${(/** @type {HTMLElement} */ menu) => menu.querySelector("input")?.select()}
>${() => {
  const round = state.rounds.find((one) => one.id === id);
  return round && html`<${Menu} key=${round.name} round=${round} />`;
}}<//>`;

/** @param {{ round: RoundSummary }} props */
function Menu({ round: { id, name, starred, candidates } }) {
  const after = branchOf(state.rounds, id).length - 1;
  const rename = submitting((form) => {
    closePanel(form);
    const typed = form.querySelector("input")?.value ?? name;
    if (typed.trim() !== name) change("rename_round", { round: id, name: typed });
  });
  const star = () => change("star_round", { round: id, starred: !starred });
  const branchHere = async () => {
    await openRound(id);
    await whatIf();
  };
  const item = (/** @type {string} */ label, /** @type {() => void} */ act) =>
    html`<${MenuItem} class="quiet menu-item" act=${act}>${label}<//>`;
  return html`<form onSubmit=${rename}>
      <input
        type="text" defaultValue=${name} maxlength=${LONGEST} placeholder="By its number"
        aria-label="Name of the round; empty for its number"
      />
      <button type="submit" class="button small">Rename</button>
    </form>
    ${candidates > 0 && !byItself() && item("⎇ What if?", branchHere)}
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

export function ArchiveButton() {
  const archived = state.project ? state.archived : [];
  if (!archived.length) return null;
  return html`<${PopoverButton}
    class="quiet archived" title="Restore archived rounds" aria-haspopup="true"
    label="Archived ${archived.length}" panelClass="round-menu" panelLabel="Archived rounds"
  >${archived.map(
    ({ id, name }) => html`<div class="archived-round" key=${id}>
      <span>${name}</span>
      <${Button} aria-label="Restore ${name}" onClick=${() => restore(id, false)}>Restore<//>
    </div>`,
  )}<//>`;
}
