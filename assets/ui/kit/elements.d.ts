/** Argument types of `el` in dom.js. */

export type Child = Node | string | false | null | undefined | Child[];

type Listeners<Element> = {
  [Type in keyof HTMLElementEventMap]?: (
    event: HTMLElementEventMap[Type] & { currentTarget: Element },
  ) => void;
};

export interface Props<Element = HTMLElement> {
  class?: string | null;
  /** Entries of `dataset`. */
  data?: Record<string, string | null | undefined>;
  on?: Listeners<Element>;
  /** Attributes, and properties that are not strings. */
  [name: string]: unknown;
}
