/** Search the images of a round by words, or by one of them: the best match comes first, in grid and map. */
import { state, on, setFilter } from "../../app/store.js";
import { newest } from "../../app/newest.js";
import { call } from "../../app/session.js";
import { el, makeButton, setText } from "../../kit/dom.js";
import { setSearch } from "./desk.js";

const newRequest = newest();
/** @type {{ input: HTMLInputElement, said: HTMLElement, line: HTMLElement, clear: HTMLElement }} */
let nodes;

/** The field in the bar over the grid, and the line below it that says what was found. */
export function searchField() {
  const said = el("span", { role: "status" });
  const clear = makeButton({ class: "link" }, leave, "Back to the previous order");
  const line = el("p", { class: "search-line", hidden: true }, said, " ", clear);
  const input = el("input", {
    type: "search",
    placeholder: "Search",
    maxlength: 1000,
    "aria-label": "Search the images by words",
    title: "What the images show, such as “red hat” (Enter). The project’s CLIP reads the words.",
  });
  nodes = { input, said, line, clear };
  const named = { role: "search", "aria-label": "Images of this round" };
  const form = el("form", { class: "desk-search", ...named }, input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find(input.value.trim());
  });
  input.addEventListener("input", () => input.value === "" && leave()); // the ✕ of the field
  on("cleared forget", leave); // another round
  return { form, line };
}

/** @param {string} wanted */
async function find(wanted) {
  const isLatest = newRequest();
  const before = nodes.said.textContent ?? "";
  say("Searching… The first search loads the CLIP, which takes a few seconds.");
  const found = await call("rounds", "search", { within: state.roundId ?? "", words: wanted });
  if (!isLatest()) return;
  if (!found) return say(state.search ? before : "");
  take(wanted, found.likeness, `The images that match “${wanted}” best come first. ${found.note}`.trim());
}

/**
 * Order the images by how alike they are to one of them.
 * @param {string} id
 */
export async function moreLike(id) {
  const isLatest = newRequest();
  const found = await call("rounds", "more_like", { image: id });
  if (!found || !isLatest()) return;
  nodes.input.value = "";
  take("", found.likeness, "The images most like this one come first.");
}

/**
 * @param {string} wanted
 * @param {Record<string, number>} likeness
 * @param {string} said
 */
function take(wanted, likeness, said) {
  if (state.filter !== "all") setFilter("all");
  setSearch({ words: wanted, likeness: new Map(Object.entries(likeness)) });
  say(said);
}

/** @param {string} words */
function say(words) {
  setText(nodes.said, words);
  nodes.line.hidden = !words;
  nodes.clear.hidden = !state.search;
}

function leave() {
  newRequest();
  nodes.input.value = "";
  setSearch(null);
  say("");
}
