/** What is done to a round of the strip: name, star, archive; and the archived rounds, to be brought back. */
import { state } from "../../app/store.js";
import { openRound, refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { el, makeButton, repeats, setText } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { branchOf } from "./tree.js";

const LONGEST = 40; // characters of a name, as in gal_studio/core/naming.py
const GAP = 6; // pixels below the button

/** @type {HTMLElement | null} */
let menu = null;

/**
 * Show a list below a button; it closes by itself, and gives the focus back.
 * @param {HTMLElement} list
 * @param {HTMLElement} button
 */
function openBelow(list, button) {
  list.showPopover({ source: button });
  const box = button.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - list.offsetWidth - 8);
  Object.assign(list.style, { left: `${Math.max(8, left)}px`, top: `${box.bottom + GAP}px` });
}

/**
 * The button of a round's menu.
 * @param {string} id
 * @param {string} title
 */
export const moreButton = (id, title) =>
  makeButton(
    {
      class: "quiet chip-more",
      title: "Name, star or archive this round",
      "aria-label": `Name, star or archive ${title}`,
      "aria-haspopup": "true",
      data: { keep: `more ${id}` },
    },
    (event) => openMenu(id, event.currentTarget),
    "⋯",
  );

/**
 * @param {string} id
 * @param {HTMLElement} button
 */
function openMenu(id, button) {
  const round = state.rounds.find((one) => one.id === id);
  if (!round) return;
  menu ??= document.body.appendChild(
    el("div", { class: "studio round-menu", popover: "auto", role: "group", "aria-label": "This round" }),
  );
  const box = menu;
  const close = () => box.hidePopover();
  const name = el("input", {
    type: "text",
    value: round.name,
    maxLength: LONGEST,
    "aria-label": "Name of the round; empty for its number",
    placeholder: "By its number",
  });
  const form = el(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          close();
          if (name.value.trim() !== round.name) change("rename_round", { round: id, name: name.value });
        },
      },
    },
    name,
    el("button", { type: "submit", class: "button small" }, "Rename"),
  );
  const after = branchOf(state.rounds, id).length - 1;
  box.replaceChildren(
    form,
    item(round.starred ? "☆ Remove the star" : "★ Star", () => {
      close();
      change("star_round", { round: id, starred: !round.starred });
    }),
    item(after ? `Archive, with ${count(after, "round")} after it` : "Archive", () => {
      close();
      archiveRound(id);
    }),
  );
  openBelow(box, button);
  name.select();
}

/**
 * @param {string} label
 * @param {() => void} act
 */
const item = (label, act) => makeButton({ class: "quiet menu-item" }, act, label);

/**
 * @template {"rename_round" | "star_round" | "restore_round"} Name
 * @param {Name} name
 * @param {import("payloads").Asked<
 *   import("payloads").WriteRequests[Name]>} request
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

/** The button with the archived rounds, at the end of the strip. */
export function makeArchive() {
  const list = document.body.appendChild(
    el("div", {
      class: "studio round-menu",
      popover: "auto",
      role: "group",
      "aria-label": "Archived rounds",
    }),
  );
  const node = makeButton(
    { class: "quiet archived", title: "Bring archived rounds back", "aria-haspopup": "true", hidden: true },
    () => openBelow(list, node),
  );
  const update = () => {
    const archived = state.project ? state.archived : [];
    node.hidden = !archived.length;
    setText(node, `Archived ${archived.length}`);
    if (!archived.length && list.matches(":popover-open")) list.hidePopover();
    if (repeats(list, archived)) return;
    list.replaceChildren(
      ...archived.map(({ id, name }) =>
        el(
          "div",
          { class: "archived-round" },
          el("span", {}, name),
          makeButton({ "aria-label": `Bring back ${name}` }, () => restore(id, false), "Bring back"),
        ),
      ),
    );
  };
  return { node, update };
}
