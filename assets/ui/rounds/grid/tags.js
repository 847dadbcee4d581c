/** Tags of one's own: words by which images are found again; they change nothing else. */
import { hasTag, setFilter, setSelection, state, TAG } from "../../app/store.js";
import { ask } from "../../app/apply_poll.js";
import { refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";

/**
 * Give the selected images a tag, or take it off where all of them have it. Resolves once it is stored.
 * @param {string} typed
 */
export async function tagSelected(typed) {
  const tag = typed.trim().replace(/\s+/g, " ");
  const ids = [...state.selection];
  const on = !ids.every((id) => hasTag(id, tag));
  const tags = new Map(state.tags);
  for (const id of ids) {
    const others = (tags.get(id) ?? []).filter((one) => one !== tag);
    tags.set(id, on ? [...others, tag].sort() : others);
  }
  state.tags = tags;
  if (state.filter === TAG + tag && !on) setFilter("all");
  const answer = await write("tag", { candidates: ids, tag, on });
  ask("tags");
  refreshSoon();
  return answer !== null;
}

/**
 * Select an image, if none is selected, and go to the field for its tag.
 * @param {string} id
 */
export function typeTag(id) {
  if (!state.selection.size) setSelection([id]);
  requestAnimationFrame(() => {
    const field = document.querySelector(".tag-field");
    if (field instanceof HTMLInputElement) field.focus();
  });
}
