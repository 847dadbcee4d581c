/** The same test prompt and seed in each round. */
/** @import { SameSeed } from "payloads" */
import { call } from "../app/session.js";
import { copyOrNot, state } from "../app/store.js";
import { address } from "../app/urls.js";
import { Button, html, set, useAnswer } from "../kit/html.js";
import { Select } from "../kit/segments.js";
import { Turns } from "../kit/turns.js";
import { useEffect, useState } from "../vendor/preact.min.js";
import { openViewer } from "../viewer/viewer.js";

/** @param {SameSeed} round */
const wordsOf = ({ picture }) => (picture ? copyOrNot(picture) : "not generated");

/**
 * `rounds` are the pictures of the last answer.
 * @param {{ rounds: import("../vendor/signals.min.js").Signal<SameSeed[]> }} props
 */
export function SameSeeds({ rounds }) {
  const [chosen, choose] = useState(""); // by the person; else the first prompt that the round still draws
  const [index, turnTo] = useState(0);
  const anchors = state.project?.anchors ?? [];
  const known = [chosen, state.round?.pool[0]?.id, anchors[0]?.id];
  const anchor = known.find((id) => anchors.some((one) => one.id === id)) ?? "";
  const answer = useAnswer(
    () => call("results", "same_seed", { project: state.projectId, anchor, index }),
    [
      anchor,
      index,
      state.projectId,
      JSON.stringify(state.rounds.map(({ id, candidates }) => [id, candidates])),
    ],
  );
  useEffect(() => {
    if (answer) set(rounds, [...answer.rounds]);
  }, [answer]);
  const most = Math.max(1, answer?.most ?? 1);
  const looks = [
    {
      title: rounds.value.findLast(({ picture }) => picture)?.picture?.prompt ?? "",
      frames: rounds.value.map((round) => ({
        name: round.name,
        src: round.picture && address("picture", round.picture),
        words: wordsOf(round),
      })),
    },
  ];
  /** @param {string} id */
  const chooseAnchor = (id) => {
    choose(id);
    turnTo(0);
  };
  const turn = (/** @type {number} */ by) => turnTo((index + by + most) % most);
  return html`
    <div class="same-head">
      <${Select}
        aria-label="Test prompt" value=${anchor} choose=${chooseAnchor}
        names=${anchors.map(({ id, prompt }) => [id, prompt])}
      />
      <${Turns} what="Image" at=${index} count=${most} turn=${turn} />
    </div>
    <div class="same-row">
      ${rounds.value.map(
        (round, at) => html`<figure key=${round.name}>
          ${
            round.picture
              ? html`<${Button}
                  class="enlarge" aria-label="Enlarge ${round.name}"
                  onClick=${() => openViewer({ looks: [{ ...looks[0], at }] })}
                ><img src=${address("picture", round.picture)} alt=${round.picture.prompt} /><//>`
              : html`<span class="waiting" />`
          }
          <figcaption><b>${round.name}</b> ${wordsOf(round)}</figcaption>
        </figure>`,
      )}
    </div>
  `;
}
