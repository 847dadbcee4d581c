/** What the studio finds out about the chosen models: licence, commit, size, or why they cannot be used. */
/** @import { AskedModels, HubModel, ModelFacts, ProjectKind } from "payloads" */
import { newest } from "../../app/newest.js";
import { state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { Button, html } from "../../kit/html.js";

const LOOK_AGAIN = 700; // ms between two questions while the models are looked up

/** @type {ModelFacts} */
export const NOTHING = { waiting: false, models: [], sentence: "", problems: [] };
const CANCELLED = { ...NOTHING, sentence: "Not looked up: the model is checked when it is loaded." };

/** @typedef {Omit<AskedModels, "kind"> & { preset: string | null, base_model: string }} Chosen */

/**
 * Look up the chosen models until all is known; `look` returns null for an answer that came too late or was
 * an error, and `cancel` ends the wait.
 * @param {() => (Chosen & { kind: ProjectKind }) | undefined} chosen undefined: not known yet
 * @param {(facts: ModelFacts) => void} known called with each answer
 */
export function modelLookUp(chosen, known) {
  const newRequest = newest();
  return {
    cancel: () => {
      newRequest();
      known(CANCELLED);
    },
    look: async () => {
      const request = chosen();
      if (!request) return null;
      const isLatest = newRequest();
      for (;;) {
        const facts = await call("reference", "model_facts", request);
        if (!facts || !isLatest()) return null;
        known(facts);
        if (!facts.waiting || state.step !== "reference") return facts;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      }
    },
  };
}

/** @param {{ facts: ModelFacts, cancel: () => void }} props */
export function Facts({ facts: { models, sentence, waiting }, cancel }) {
  const words = waiting ? "Looking up the model…" : sentence;
  return html`<div class="model-facts" role="status" hidden=${!words && !models.length}>
    ${models.map(row)}
    ${words && html`<p class=${waiting ? "model-waiting" : ""}>${words}</p>`}
    ${waiting && html`<${Button} data-action="cancel-look" onClick=${cancel}>Cancel<//>`}
  </div>`;
}

/** @param {HubModel} model */
const row = ({ label, name, address, commit, licence, size }) => html`<div class="model-row">
  <b>${label}</b><a href=${address} target="_blank" rel="noreferrer">${name}</a>
  <span>license ${licence} · commit ${commit} · ${size}</span>
</div>`;
