/** What the studio finds out about the chosen models: licence, commit, size, or why they cannot be used. */
/** @import { AskedModels, HubModel, ModelFacts, ProjectKind } from "payloads" */
import { newest } from "../../app/newest.js";
import { state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { el, makeButton, repeats } from "../../kit/dom.js";

const LOOK_AGAIN = 700; // ms between two questions while the models are looked up

/** @type {ModelFacts} */
const NOTHING = { waiting: false, models: [], sentence: "", problems: [] };

/** @typedef {Omit<AskedModels, "kind"> & { preset: string | null, base_model: string }} Chosen */

/**
 * Show what is known of the chosen models in a box.
 * @param {HTMLElement} box
 * @param {() => (Chosen & { kind: ProjectKind }) | undefined} chosen undefined: not known yet
 * @param {(facts: ModelFacts) => void} known called with each answer
 */
export function watchModels(box, chosen, known) {
  const newRequest = newest();
  const cancel = () => {
    newRequest();
    show(box, { ...NOTHING, sentence: "Not looked up: the model is checked when it is loaded." });
    known(NOTHING);
  };

  /** Ask until all is known; returns null for an answer that came too late or was an error. */
  async function look() {
    const request = chosen();
    if (!request) return null;
    const isLatest = newRequest();
    for (;;) {
      const facts = await call("reference", "model_facts", request);
      if (!facts || !isLatest()) return null;
      show(box, facts, cancel);
      known(facts);
      if (!facts.waiting || state.step !== "reference") return facts;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  }
  return look;
}

/**
 * @param {HTMLElement} box
 * @param {ModelFacts} facts
 * @param {() => void} [cancel] ends the wait
 */
function show(box, facts, cancel) {
  if (repeats(box, facts)) return;
  const words = facts.waiting ? "Looking up the model…" : facts.sentence;
  box.hidden = !words && !facts.models.length;
  box.replaceChildren(
    ...facts.models.map(row),
    ...(words ? [el("p", { class: facts.waiting ? "model-waiting" : "" }, words)] : []),
    ...(facts.waiting && cancel ? [makeButton({ data: { action: "cancel-look" } }, cancel, "Cancel")] : []),
  );
}

/** @param {HubModel} model */
const row = ({ label, name, address, commit, licence, size }) =>
  el(
    "div",
    { class: "model-row" },
    el("b", {}, label),
    el("a", { href: address, target: "_blank", rel: "noreferrer" }, name),
    el("span", {}, `licence ${licence} · commit ${commit} · ${size}`),
  );
