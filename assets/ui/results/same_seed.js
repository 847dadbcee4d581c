/** The same test prompt and seed in each round. */
/** @import { SameSeed } from "payloads" */
import { copyOrNot, state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { newest } from "../app/newest.js";
import { el, makeButton, reference, repeats } from "../kit/dom.js";
import { address } from "../app/urls.js";
import { openViewer } from "./viewer.js";

/**
 * @param {HTMLElement} box
 * @param {(rounds: SameSeed[]) => void} told called with the pictures that are shown
 */
export function mountSameSeed(box, told) {
  const anchor = el("select", { "aria-label": "Test prompt" });
  const number = el("output", {}, "1");
  const row = el("div", { class: "same-row" });
  let index = 0;
  let most = 1;
  let chosen = false; // by the person; else the first prompt that the round still draws, as those before did
  const newRequest = newest();
  /** @param {number} step */
  const turn = (step) => () => {
    index = (index + step + most) % most;
    load();
  };
  const load = async () => {
    const isLatest = newRequest();
    number.textContent = `${index + 1} of ${most}`;
    const answer = await call("results", "same_seed", {
      project: state.projectId,
      anchor: anchor.value,
      index,
    });
    if (!answer || !isLatest()) return;
    told([...answer.rounds]);
    most = Math.max(1, answer.most);
    number.textContent = `${index + 1} of ${most}`;
    if (!repeats(row, answer.rounds)) row.replaceChildren(...answer.rounds.map(plate));
  };
  const fill = () => {
    if (state.step !== "results" || !state.project) return;
    const [before, drawn] = [anchor.value, state.round?.pool[0]?.id];
    const { anchors } = state.project;
    if (!repeats(anchor, anchors))
      anchor.replaceChildren(...anchors.map(({ id, prompt }) => el("option", { value: id }, prompt)));
    const wanted = (chosen ? [before, drawn] : [drawn, before]).find((id) =>
      [...anchor.options].some((option) => option.value === id),
    );
    if (wanted) anchor.value = wanted;
    load();
  };
  anchor.addEventListener("change", () => {
    chosen = true;
    index = 0;
    load();
  });
  on("step project rounds", fill);
  on("round", () => {
    const drawn = state.round?.pool[0]?.id;
    if (!chosen && drawn && drawn !== anchor.value) fill();
  });
  on("forget", () => {
    if (state.project) return;
    newRequest();
    chosen = false;
    [index, most] = [0, 1];
    delete row.dataset.signature;
    row.replaceChildren();
  });
  box.append(
    el(
      "div",
      { class: "same-head" },
      anchor,
      makeButton({ "aria-label": "Previous seed" }, turn(-1), "‹"),
      number,
      makeButton({ "aria-label": "Next seed" }, turn(1), "›"),
    ),
    row,
  );
}

/** @param {SameSeed} round */
const wordsOf = ({ picture }) => (picture ? copyOrNot(picture) : "not generated");

/**
 * @param {SameSeed} round
 * @param {number} at
 * @param {SameSeed[]} rounds
 */
function plate(round, at, rounds) {
  const enlarge = () =>
    openViewer({
      row: () => ({
        title: round.picture?.prompt ?? "",
        frames: rounds.map((each) => ({
          name: each.name,
          src: each.picture && address("picture", each.picture),
          words: wordsOf(each),
        })),
        at,
      }),
      references: (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt })),
    });
  return el(
    "figure",
    {},
    round.picture
      ? makeButton(
          { class: "enlarge", "aria-label": `Enlarge ${round.name}` },
          enlarge,
          el("img", { src: address("picture", round.picture), alt: round.picture.prompt }),
        )
      : el("span", { class: "waiting" }),
    el("figcaption", {}, el("b", {}, round.name), ` ${wordsOf(round)}`),
  );
}
