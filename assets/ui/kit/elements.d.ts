/** What `el` in dom.js builds elements from. */

export type Child = Node | string | false | null | undefined | Child[];

type Listeners<Element> = {
  [Type in keyof HTMLElementEventMap]?: (
    event: HTMLElementEventMap[Type] & { currentTarget: Element },
  ) => void;
};

export interface Props<Element = HTMLElement> {
  class?: string | null;
  /** Attributes that begin with `data-`. */
  data?: Record<string, string | null | undefined>;
  on?: Listeners<Element>;
  /** Attributes, and properties that are not text. */
  [name: string]: unknown;
}
