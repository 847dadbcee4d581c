/** The views of the candidates: each is a file that fills its panel and a line here, or is added. */
/** @import { Savable } from "./head.js" */
import { mountCurves } from "../../training/curves.js";
import { mountAnchors } from "../anchors.js";
import { mountChoices } from "../choices/choices.js";
import { mountMap } from "../map/map.js";
import { PLUG_INS } from "./plug_ins.js";

/**
 * Name, label, and `mount(panel, { legend, isOpen })`, which says what can be saved.
 * @typedef {(panel: HTMLElement, more: { legend: HTMLElement, isOpen: () => boolean }) => Savable} Mount
 * @type {[name: string, label: string, mount: Mount][]}
 */
export const VIEWS = [
  ["map", "Map", mountMap],
  ["anchors", "Test prompts", mountAnchors],
  ["curves", "Curves", mountCurves],
  ["choices", "Choices", mountChoices],
];

/**
 * Add the view of a feature, before the page is mounted.
 * @param {string} name
 * @param {string} label
 * @param {Mount} mount
 */
export function addView(name, label, mount) {
  VIEWS.push([name, label, mount]);
}

/** Adds those of plug-ins. Once the other modules have run: they may import any of these. */
export async function addPlugIns() {
  VIEWS.push(...(await Promise.all(PLUG_INS.map(load))).flat());
}

/**
 * A view of a plug-in; none if its module cannot be loaded, so that the page starts all the same.
 * @param {[name: string, label: string, address: string]} view
 * @returns {Promise<[name: string, label: string, mount: Mount][]>}
 */
async function load([name, label, address]) {
  try {
    const { mount } = await import(new URL(address, import.meta.url).href);
    if (typeof mount !== "function") throw new TypeError("it exports no function `mount`");
    return [[name, label, (panel, more) => kept(name, panel, () => mount(panel, more))]];
  } catch (error) {
    console.error(`The view ${name} of a plug-in cannot be loaded: ${error}`);
    return [];
  }
}

/**
 * What a view of a plug-in offers; if it fails, its panel says so.
 * @param {string} name
 * @param {HTMLElement} panel
 * @param {() => Savable} mount
 * @returns {Savable}
 */
function kept(name, panel, mount) {
  try {
    return mount();
  } catch (error) {
    panel.textContent = `The view ${name} of a plug-in failed: ${error}`;
    return { rows: () => [] };
  }
}
