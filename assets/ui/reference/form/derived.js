/** What the studio derives from the prompts of the form. */
/** @import { Fact } from "payloads" */
import { html } from "../../kit/html.js";

/** @param {{ facts?: Fact[] | null, anchors?: string[] | null }} props */
export const Derived = ({ facts, anchors }) => html`<div class="derived" role="status">
  ${
    Boolean(facts?.length) &&
    html`<dl>${facts?.map(
      ([name, value]) => html`<dt>${name}</dt>
        <dd>${value.endsWith(".") ? value : html`<code>${value}</code>`}</dd>`,
    )}</dl>`
  }
  ${
    Boolean(anchors?.length) &&
    html`<p>The test prompts will be: ${anchors?.map(
      (anchor, i) => html`${i ? " · " : ""}<span>${anchor}</span>`,
    )} …</p>`
  }
</div>`;
