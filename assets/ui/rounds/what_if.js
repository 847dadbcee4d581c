/** What if? Asks what should differ in a branch, and begins it. */
/** @import { Project } from "payloads" */
import { state } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";
import { about, count } from "../kit/format.js";
import { html, Labelled } from "../kit/html.js";
import { Select } from "../kit/segments.js";
import { Field, isIdle, typedValue, written } from "../kit/settings_fields.js";
import { toast } from "../kit/toast.js";
import { useState } from "../vendor/preact.min.js";
import { showSide } from "./sides.js";
import { lineThrough } from "./strip/tree.js";

/** @type {[what: string, label: string, note: string, field: string][]} */
const WAYS = [
  ["images", "Other images", "Pick other images in a new branch. This one doesn’t change.", ""],
  ["settings", "Another setting", "The same images, trained in another way.", ""],
  ["seed", "Another seed", "Train again with another seed, to see how much is chance.", "seed"],
  ["worth", "Was it worth it?", "As many steps with nothing accepted, as a separate project.", ""],
];

/** How many rounds a replay would train again. */
const linesRounds = () => lineThrough(state.rounds, state.roundId ?? "");

const canReplay = () => Boolean(state.parts.replays && !state.parts.replays.own) && linesRounds() > 1;

/** Ask, and open the round in which the branch goes on. */
export async function whatIf() {
  const { roundId: round, project } = state;
  if (!round || !project) return;
  const begun = await ask({
    title: "What if?",
    words: [
      "Start a second branch of rounds here. The existing one doesn’t change.",
      html`<${Differences} project=${project} />`,
    ],
    answers: [["begin", "Begin"]],
    attempt: async (typed) => {
      const chosen = String(typed.get("what"));
      if (chosen === "worth") {
        const answer = await write("replay", { round, policy: "nothing" });
        if (answer) toast("The replay is queued, as a project of its own. Curves shows how far it is.");
        return answer && { chosen, made: "" };
      }
      const name = String(typed.get("field"));
      const about = project.fields.find((one) => one.name === name);
      const value = about && typedValue(about, { value: String(typed.get(name)) });
      const given = chosen === "settings" ? { [name]: value ?? null } : value;
      const differs = chosen === "images" ? {} : { [chosen]: given };
      const answer = await write("what_if", { round, name: String(typed.get("name")), ...differs });
      return answer && { chosen, made: answer.round };
    },
  });
  if (!begun) return;
  if (begun.made) await openRound(begun.made);
  await refresh();
  if (begun.chosen !== "images") return;
  showSide("candidates");
  toast("This is the branch: choose its images, then press Next round.");
}

/** @param {{ project: Project }} props */
function Differences({ project }) {
  const [what, choose] = useState("images");
  const [setting, turnTo] = useState("tune.rank");
  const [typed, type] = useState(/** @type {Record<string, string>} */ ({ seed: "7" }));
  const value = (/** @type {string} */ of) => typed[of] ?? written(project.settings, of);
  const given = { kind: project.kind, draws: String(project.draws_without_training) };
  const fields = project.fields.filter(
    (one) => one.name.startsWith("tune.") && !isIdle(one, { given, value }),
  );
  const name = what === "settings" ? setting : WAYS.find(([one]) => one === what)?.[3];
  const seconds = state.round?.next_seconds;
  const replays = what === "worth";
  const rounds = replays ? linesRounds() : 1;
  const again = replays ? `${count(rounds, "round")} again` : "its next round";
  const takes = `Trains and generates ${again}${seconds ? `, ${about(rounds * seconds)}` : ""}.`;
  const ways = WAYS.filter(([one]) => one !== "worth" || canReplay());
  return html`<div class="what-if">
    ${ways.map(
      ([key, label, note]) => html`<label key=${key} class="what-if-way">
        <input type="radio" name="what" value=${key} checked=${what === key} onChange=${() => choose(key)} />
        <span><b>${label}</b> <span class="field-note">${note}</span></span>
      </label>`,
    )}
    ${
      what === "settings" &&
      html`<${Labelled} name="Setting">
        <${Select}
          value=${setting} choose=${turnTo} names=${fields.map((one) => [one.name, one.label])}
        />
        <span class="field-note">now ${written(project.settings, setting)}</span>
      <//>`
    }
    <input type="hidden" name="field" value=${name} />
    ${project.fields
      .filter((one) => one.name === name)
      .map(
        (about) => html`<${Field}
          key=${name} about=${about} given=${given} value=${value} usual=${() => undefined} reset=${() => {}}
          type=${(/** @type {string} */ of, /** @type {string} */ text) => type({ ...typed, [of]: text })}
        />`,
      )}
    ${
      !replays &&
      html`<${Labelled} name="Name">
        <input type="text" name="name" maxlength="40" autocomplete="off" placeholder="By what differs" />
      <//>`
    }
    ${what !== "images" && html`<p class="field-note">${takes}</p>`}
  </div>`;
}
