/** The log of choices: what was suggested, what was chosen instead, and how often both agree. */
/** @import { Choice, ChosenPicture, Learning, RoundChoices } from "payloads" */
import { state, on, setFocus } from "../../app/store.js";
import { call, openRound, refresh } from "../../app/session.js";
import { newest } from "../../app/newest.js";
import { write } from "../../app/writes.js";
import { howComputed } from "../../how/how.js";
import { el, focusKept, focusedIn, makeButton, repeats } from "../../kit/dom.js";
import { address, projectFigure } from "../../app/urls.js";
import { parseCsv } from "../views/table.js";
import { agreementWords, clockWords, KINDS, learningWords, scoreWords } from "./words.js";

const newRequest = newest();
/** @type {RoundChoices[]} */
let rounds = [];
/** @type {Learning | null} */
let learning = null;
let everything = false;

/** @param {HTMLElement} panel */
export function mountChoices(panel) {
  const how = howComputed("choices");
  const load = async () => {
    if (panel.hidden || !state.projectId) return;
    const isLatest = newRequest();
    const answer = await call("rounds", "choices", { project: state.projectId });
    if (!answer || !isLatest()) return;
    ({ rounds, learning } = answer);
    show(panel, how);
  };
  on("view received", load);
  on("forget", () => {
    newRequest();
    rounds = [];
    learning = null;
    show(panel, how);
  });
  return { rows, figure: () => projectFigure("agreement") };
}

/** As the studio writes it. */
async function rows() {
  const answer = await fetch(`project/${encodeURIComponent(state.projectId ?? "")}/choices.csv`);
  return answer.ok ? parseCsv(await answer.text()) : [];
}

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} how
 */
function show(panel, how) {
  if (focusedIn(panel)?.matches("[type=text]")) return; // a reason is being typed
  if (repeats(panel, [rounds, learning, everything])) return;
  const keep = focusedIn(panel)?.dataset.keep;
  panel.replaceChildren(
    ...(rounds.length ? [head(panel, how), offer() ?? "", ...rounds.map(section), how] : [nothing()]),
  );
  focusKept(panel, keep);
}

const nothing = () =>
  el(
    "p",
    { class: "empty" },
    "Here you will see where you chose differently from the suggestion, and how often you agree. " +
      "You have not decided on an image yet.",
  );

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} how
 */
function head(panel, how) {
  const box = el("input", {
    type: "checkbox",
    checked: everything,
    data: { keep: "everything" },
    on: {
      change: () => {
        everything = !everything;
        show(panel, how);
      },
    },
  });
  /** @param {string} ending */
  const link = (ending) =>
    el(
      "a",
      { class: "button small", href: `project/${state.projectId}/choices.${ending}`, download: "" },
      ending.toUpperCase(),
    );
  return el(
    "div",
    { class: "choices-head" },
    el("label", {}, box, " Also agreements, and what was taken back"),
    el("span", { class: "choices-links" }, "Download ", link("csv"), " ", link("jsonl")),
  );
}

/** The offer to learn from the overrides, once there are enough of them. */
function offer() {
  if (!learning) return null;
  const words = learningWords(learning);
  if (learning.overrides < learning.needed && !learning.on) return el("p", { class: "choices-learn" }, words);
  const box = el("input", {
    type: "checkbox",
    checked: learning.on,
    data: { keep: "learn", action: "learn" },
    on: {
      change: async () => {
        await write("learn", { project: state.projectId, on: box.checked });
        refresh();
      },
    },
  });
  return el(
    "p",
    { class: "choices-learn" },
    el("label", {}, box, " Order suggestions by what I chose so far"),
    el("span", {}, words),
  );
}

/** @param {RoundChoices} round */
function section(round) {
  const log = round.choices.filter((choice) => everything || (choice.override && choice.stands));
  return el(
    "section",
    { class: "choices-round" },
    el("h3", {}, el("b", {}, round.name), ` ${agreementWords(round)}`),
    log.length
      ? el(
          "ol",
          {},
          log.map((choice) => row(round, choice)),
        )
      : round.agreement.choices
        ? el("p", { class: "choices-none" }, "You took every suggestion that you decided on.")
        : null,
  );
}

/**
 * @param {RoundChoices} round
 * @param {Choice} choice
 */
function row(round, choice) {
  const when = new Date(choice.time * 1000);
  return el(
    "li",
    { class: "choice", data: { stands: choice.stands ? "yes" : "no" } },
    el(
      "span",
      { class: "choice-pictures" },
      choice.suggested ? face(round, choice.suggested, "suggested") : el("i", { class: "choice-gap" }, "–"),
      el("span", { "aria-hidden": "true" }, "→"),
      choice.kind === "left out"
        ? el("i", { class: "choice-gap" }, "✕")
        : face(round, choice.chosen, "chosen"),
    ),
    el(
      "span",
      { class: "choice-text" },
      el("b", { translate: "no" }, choice.prompt),
      el(
        "span",
        { title: scoreWords(choice) },
        KINDS[choice.kind],
        choice.stands ? null : " · taken back",
        " · ",
        el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, clockWords(when)),
      ),
      reason(round, choice),
    ),
  );
}

/**
 * @param {RoundChoices} round
 * @param {ChosenPicture} picture
 * @param {string} word
 */
function face(round, picture, word) {
  const name = `Show the ${word} image, ${picture.number}`;
  return makeButton(
    { class: "suggestion-face", title: name, "aria-label": name },
    async () => {
      await openRound(round.round);
      setFocus(picture.id, "choices");
    },
    el("img", { src: address("thumb", picture), alt: "", width: 40, height: 40, loading: "lazy" }),
  );
}

/**
 * @param {RoundChoices} round
 * @param {Choice} choice
 */
function reason(round, choice) {
  if (!choice.override) return null;
  const input = el("input", {
    type: "text",
    class: "choice-reason",
    placeholder: "Why? (optional)",
    "aria-label": `Why, for ${choice.prompt}`,
    maxlength: "500",
    autocomplete: "off",
    data: { keep: `why ${choice.id}` },
    on: {
      change: () => {
        if (input.value.trim() === choice.reason) return;
        choice.reason = input.value.trim();
        write("explain_choice", { round: round.round, choice: choice.id, reason: choice.reason });
      },
      keydown: (event) => event.key === "Enter" && input.blur(),
    },
  });
  input.value = choice.reason;
  return input;
}
