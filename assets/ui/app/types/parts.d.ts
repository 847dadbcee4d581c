/** Types of the elements with `data-part` in the templates, checked by tests/web/app/parts.test.js. */

export interface TopParts {
  bar: HTMLElement;
}

export interface ReferenceParts {
  open: HTMLElement;
  form: HTMLFormElement;
  demo: HTMLDivElement;
  import: HTMLButtonElement;
  new: HTMLButtonElement;
  archive: HTMLInputElement;
  projects: HTMLUListElement;
  "put-away": HTMLDivElement;
}

export interface RoundsParts {
  strip: HTMLDivElement;
  sides: HTMLSpanElement;
  kept: HTMLSpanElement;
  changes: HTMLElement;
  review: HTMLElement;
  columns: HTMLDivElement;
  views: HTMLElement;
  tabs: HTMLDivElement;
  legend: HTMLSpanElement;
  "view-buttons": HTMLSpanElement;
  suggestion: HTMLElement;
  filters: HTMLSpanElement;
  shown: HTMLSpanElement;
  "round-words": HTMLParagraphElement;
  desk: HTMLDivElement;
  grid: HTMLDivElement;
  actions: HTMLDivElement;
  hint: HTMLSpanElement;
}

export interface ResultsParts {
  results: HTMLElement;
  columns: HTMLDivElement;
}

export interface Parts {
  top: TopParts;
  reference: ReferenceParts;
  rounds: RoundsParts;
  results: ResultsParts;
}

/** Server functions of a panel, by name. Gradio does not check their arguments or results. */
export type Server = Record<string, (request: object) => Promise<unknown>>;
