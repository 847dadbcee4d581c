/** The log of choices: what was suggested, what was chosen instead, and how often both agree. */
/** @import { Choice, ChosenPicture, RoundChoices } from "payloads" */
import { fromStudio } from "../../app/answers.js";
import { ofRound, state, setFocus, whenever } from "../../app/store.js";
import { call, openRound } from "../../app/session.js";
import { newest } from "../../app/newest.js";
import { write } from "../../app/writes.js";
import { How } from "../../how/how.js";
import { html, leaveOnEnter, set, withValue } from "../../kit/html.js";
import { address, projectFigure } from "../../app/urls.js";
import { render } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";

const newRequest = newest();
const rounds = ofRound(() => /** @type {RoundChoices[]} */ ([]));
const everything = signal(false);

/** @type {import("../views/views.js").Mount} */
export function mountChoices(panel, { isOpen }) {
  whenever(
    () => state.polls && isOpen() && state.projectId,
    async (project) => {
      if (!project) return;
      const isLatest = newRequest();
      const answer = await call("rounds", "choices", { project });
      if (!answer || !isLatest()) return;
      set(rounds, answer.rounds);
    },
  );
  render(html`<${Choices} />`, panel);
  return { rows, figure: () => projectFigure("agreement") };
}

/** As the studio writes it. */
async function rows() {
  const answer = await fromStudio(`project/${encodeURIComponent(state.projectId ?? "")}/choices.csv`);
  return answer.ok ? `\ufeff${await answer.text()}` : []; // its mark is no part of the text
}

function Choices() {
  if (!rounds.value.length)
    return html`<p class="empty">
      Here you will see where you chose differently from the suggestion, and how often you agree.${" "}
      You have not decided on an image yet.
    </p>`;
  /** @param {string} ending */
  const link = (ending) =>
    html`<a class="button small" href="project/${state.projectId}/choices.${ending}" download="">
      ${ending.toUpperCase()}
    </a>`;
  return html`<div class="choices-head">
      <label>
        <input
          type="checkbox" checked=${everything} onChange=${() => (everything.value = !everything.value)}
        />
        ${" "}Also agreements and undone choices
      </label>
      <span class="choices-links">Download ${link("csv")} ${link("jsonl")}</span>
    </div>
    ${rounds.value.map(section)}
    <${How} chapter="choices" />`;
}

/** @param {RoundChoices} round */
function section(round) {
  const log = round.choices.filter((choice) => everything.value || (choice.override && choice.stands));
  return html`<section class="choices-round" key=${round.round}>
    <h3><b>${round.name}</b> ${round.words}</h3>
    ${log.length ? html`<ol>${log.map((choice) => row(round, choice))}</ol>` : null}
    ${
      !log.length && round.agreement.choices
        ? html`<p class="choices-none">You accepted every suggestion that you decided on.</p>`
        : null
    }
  </section>`;
}

/**
 * @param {RoundChoices} round
 * @param {Choice} choice
 */
function row(round, choice) {
  const when = new Date(choice.time * 1000);
  const clock = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return html`<li class="choice" key=${choice.id} data-stands=${choice.stands ? "yes" : "no"}>
    <span class="choice-pictures">
      ${choice.suggested ? face(round, choice.suggested, "suggested") : html`<i class="choice-gap">–</i>`}
      <span aria-hidden="true">→</span>
      ${choice.kind === "left out" ? html`<i class="choice-gap">✕</i>` : face(round, choice.chosen, "chosen")}
    </span>
    <span class="choice-text">
      <b translate=${false}>${choice.prompt}</b>
      <span title=${choice.score_words}>
        ${choice.title}${choice.stands ? "" : " · undone"} · ${" "}
        <time datetime=${when.toISOString()} title=${when.toLocaleString()}>${clock}</time>
      </span>
      ${choice.override ? reason(round, choice) : null}
    </span>
  </li>`;
}

/**
 * @param {RoundChoices} round
 * @param {ChosenPicture} picture
 * @param {string} word
 */
function face(round, picture, word) {
  const name = `Show the ${word} image, ${picture.number}`;
  const show = async () => {
    await openRound(round.round);
    setFocus(picture.id, "choices");
  };
  return html`<button type="button" class="suggestion-face" title=${name} aria-label=${name} onClick=${show}>
    <img src=${address("thumb", picture)} alt="" width="40" height="40" loading="lazy" />
  </button>`;
}

/**
 * @param {RoundChoices} round
 * @param {Choice} choice
 */
function reason(round, choice) {
  const explain = withValue((value) => {
    if (value.trim() === choice.reason) return;
    choice.reason = value.trim();
    write("explain_choice", { round: round.round, choice: choice.id, reason: choice.reason });
  });
  return html`<input
    type="text" class="choice-reason" placeholder="Why? (optional)" aria-label="Why, for ${choice.prompt}"
    maxlength="500" autocomplete="off" defaultValue=${choice.reason} onChange=${explain}
    onKeyDown=${leaveOnEnter}
  />`;
}
