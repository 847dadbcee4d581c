/** The views of the candidates. To add one, add a line here and a file that fills its panel. */
/** @import { Savable } from "./head.js" */
import { mountCurves } from "../../training/curves.js";
import { mountAnchors } from "../anchors.js";
import { mountChoices } from "../choices/choices.js";
import { mountMap } from "../map/map.js";
import { mountTrials } from "../trials/trials.js";

/**
 * Name, label, and `mount(panel, { legend })`, which says what can be saved; the `view` event is emitted when
 * a view is opened.
 * @typedef {(panel: HTMLElement, more: { legend: HTMLElement }) => Savable} Mount
 * @type {[name: string, label: string, mount: Mount][]}
 */
export const VIEWS = [
  ["map", "Map", mountMap],
  ["anchors", "Test prompts", mountAnchors],
  ["curves", "Curves", mountCurves],
  ["choices", "Choices", mountChoices],
  ["trials", "Try a prompt", mountTrials],
];
