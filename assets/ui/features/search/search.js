/** Search the images of a round by words, or by one of them: the best match comes first, in grid and map. */
import { ofRound, setFilter, state } from "../../app/store.js";
import { newest } from "../../app/newest.js";
import { call } from "../../app/session.js";
import { el, hideWhile } from "../../kit/dom.js";
import { html, submitting, withValue } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";
import { setSearch } from "../../rounds/desk/desk.js";

const newRequest = newest(() => state.roundId);
const typed = ofRound(() => "");
/** What was found; empty while nothing is searched. */
const said = ofRound(() => "");

/** The field in the bar over the grid. */
export function SearchField() {
  const submit = submitting(() => find(typed.value.trim()));
  const type = withValue((text) => {
    typed.value = text;
    if (!text) leave(); // the ✕ of the field
  });
  return html`<form class="desk-search" role="search" aria-label="Images of this round" onSubmit=${submit}>
    <input
      type="search" placeholder="Search" maxlength="1000" aria-label="Search the images by words"
      title="What the images show, such as “red hat” (Enter). The project’s CLIP reads the words."
      value=${typed.value} onInput=${type}
    />
  </form>`;
}

/**
 * The line below the bar that says what was found.
 * @param {HTMLElement} words of the round, which stand below it
 */
export function searchLine(words) {
  const line = el("p", { class: "search-line", hidden: true });
  words.before(line);
  hideWhile(line, () => !said.value);
  render(html`<${Line} />`, line);
}

const Line = () => html`<span role="status">${said.value}</span>${" "}
  <button type="button" class="link" hidden=${!state.search} onClick=${leave}>
    Back to the previous order
  </button>`;

/** @param {string} wanted */
async function find(wanted) {
  const isLatest = newRequest();
  const before = said.value;
  said.value = "Searching… The first search loads the CLIP, which takes a few seconds.";
  const found = await call("rounds", "search", { within: state.roundId ?? "", words: wanted });
  if (!isLatest()) return;
  if (found) take(wanted, found.likeness, `The images that match “${wanted}” best come first. ${found.note}`);
  else said.value = state.search ? before : "";
}

/**
 * Order the images by how alike they are to one of them.
 * @param {string} id
 */
export async function moreLike(id) {
  const isLatest = newRequest();
  const found = await call("rounds", "more_like", { image: id });
  if (!found || !isLatest()) return;
  typed.value = "";
  take("", found.likeness, "The images most like this one come first.");
}

/**
 * @param {string} wanted
 * @param {Record<string, number>} likeness
 * @param {string} words
 */
function take(wanted, likeness, words) {
  if (state.filter !== "all") setFilter("all");
  setSearch({ words: wanted, likeness: new Map(Object.entries(likeness)) });
  said.value = words.trim();
}

function leave() {
  newRequest();
  typed.value = "";
  setSearch(null);
  said.value = "";
}
