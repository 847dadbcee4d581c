/** What the studio derives from the prompts of the form. */
/** @import { Fact } from "payloads" */
import { el } from "../../kit/dom.js";

/**
 * Show the derived facts and the first test prompts. Hides the box if there is nothing to show.
 * @param {HTMLElement} box
 * @param {Fact[] | null | undefined} facts
 * @param {string[] | null | undefined} anchors
 */
export function showDerived(box, facts, anchors) {
  const list = facts?.length
    ? el(
        "dl",
        {},
        facts.flatMap(([name, value]) => [
          el("dt", {}, name),
          el("dd", {}, value.endsWith(".") ? value : el("code", {}, value)),
        ]),
      )
    : null;
  const asks = anchors?.length
    ? el(
        "p",
        {},
        "The test prompts will be: ",
        anchors.flatMap((anchor, i) => [i ? " · " : "", el("span", {}, anchor)]),
        " …",
      )
    : null;
  box.replaceChildren(...[list, asks].flatMap((node) => node ?? []));
}
