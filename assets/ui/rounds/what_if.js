/** What if? Asks what should differ in a branch, and begins it. */
/** @import { Project } from "payloads" */
import { state } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";
import { about } from "../kit/format.js";
import { html, Labelled, withValue } from "../kit/html.js";
import { isIdle, SettingsFields, typedValue, written } from "../kit/settings_fields.js";
import { toast } from "../kit/toast.js";
import { useState } from "../vendor/preact.min.js";
import { showSide } from "./sides.js";

const POLICY = "gal.policy";
/** @type {[what: string, label: string, note: string][]} */
const WAYS = [
  ["images", "Other images", "Choose them in the branch. Your choice here stays."],
  ["settings", "Another setting", "The same images, trained in another way."],
  ["seed", "Another seed", "The same once more: how much is chance?"],
];

/** Ask, and open the round in which the branch goes on. */
export async function whatIf() {
  const { roundId: round, project } = state;
  if (!round || !project) return;
  /** @type {{ round: string } | null} */
  let made = null;
  let chosen = "";
  const answer = await ask({
    title: "What if?",
    words: [
      "A second line of rounds from here, with a choice of its own. The line that is there stays as it is.",
      html`<${Differences} project=${project} />`,
    ],
    answers: [["begin", "Begin the branch"]],
    attempt: async (typed) => {
      chosen = String(typed.get("what"));
      const name = String(typed.get(chosen === "policy" ? POLICY : "setting"));
      const field = project.fields.find((one) => one.name === name);
      const value = String(typed.get(name) ?? "");
      made = await write("what_if", {
        round,
        name: String(typed.get("name")),
        ...(chosen === "settings" && field && { settings: { [name]: typedValue(field, { value }) } }),
        ...(chosen === "seed" && { seed: String(typed.get("seed")).trim() }),
        ...(chosen === "policy" && { policy: String(typed.get("policy")) }),
      });
      return made !== null;
    },
  });
  if (!answer || !made) return;
  await openRound(/** @type {{ round: string }} */ (made).round);
  await refresh();
  if (chosen !== "images") return;
  showSide("candidates");
  toast("This is the branch: choose its images, then press Next round.");
}

/** @param {{ project: Project }} props */
function Differences({ project }) {
  const [what, choose] = useState("images");
  const [name, turnTo] = useState("tune.rank");
  const [typed, type] = useState(/** @type {Record<string, string>} */ ({}));
  const value = (/** @type {string} */ of) => typed[of] ?? written(project.settings, of);
  const given = { kind: project.kind, draws: String(project.draws_without_training) };
  const fields = project.fields.filter(
    (one) => one.name.startsWith("tune.") && !isIdle(one, { given, value }),
  );
  const policies = project.fields.find((one) => one.name === POLICY)?.choices ?? [];
  const seconds = what === "images" ? null : state.round?.estimates.next_seconds;
  const way = (/** @type {string[]} */ [key, label, note]) => html`<label key=${key} class="what-if-way">
    <input type="radio" name="what" value=${key} checked=${what === key} onChange=${() => choose(key)} />
    <span><b>${label}</b> <span class="field-note">${note}</span></span>
  </label>`;
  /** @param {string} label @param {string} of @param {[string, string][]} list @param {string} chosen */
  const select = (
    label,
    of,
    list,
    chosen,
    act = (/** @type {string} */ _) => {},
  ) => html`<${Labelled} name=${label}>
    <select name=${of} value=${chosen} onChange=${withValue(act)}>
      ${list.map(([one, words]) => html`<option key=${one} value=${one}>${words}</option>`)}
    </select>
  <//>`;
  return html`<div class="what-if">
    ${WAYS.map(way)}
    <details class="researchers" open=${what === "policy"}>
      <summary>For researchers</summary>
      ${way(["policy", "Another strategy", "It chooses as many images as you did."])}
    </details>
    ${
      what === "settings" &&
      html`${select(
        "Setting",
        "setting",
        fields.map((one) => [one.name, one.label]),
        name,
        turnTo,
      )}
        <${SettingsFields}
          fields=${fields.filter((one) => one.name === name)} given=${given} value=${value}
          usual=${() => undefined} reset=${() => {}}
          type=${(/** @type {string} */ of, /** @type {string} */ text) => type({ ...typed, [of]: text })}
        />`
    }
    ${
      what === "seed" &&
      html`<${Labelled} name="Seed">
        <input type="text" name="seed" inputmode="numeric" autocomplete="off" defaultValue="7" />
      <//>`
    }
    ${what === "policy" && select("Strategy", "policy", policies, String(policies[0]?.[0]))}
    <${Labelled} name="Name">
      <input type="text" name="name" maxlength="40" autocomplete="off" placeholder="By what differs" />
    <//>
    ${seconds && html`<p class="field-note">Trains and generates its next round, ${about(seconds)}.</p>`}
  </div>`;
}
