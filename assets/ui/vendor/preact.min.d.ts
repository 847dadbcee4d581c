/** Types of the part of Preact that the page uses. */

/** What a component returns, as `html` makes it. */
export interface VNode {
  type: unknown;
  props: Record<string, unknown>;
  key: unknown;
}

export function h(type: unknown, props: Record<string, unknown> | null, ...children: unknown[]): VNode;
/** Bring the children of an element to what is described; those that stay the same are kept. */
export function render(node: unknown, into: Element | DocumentFragment): void;

/**
 * What Preact calls: `diffed` after it has made a node or changed it, which `__e` holds; `debounceRendering` with
 * what renders the components that have changed.
 */
export const options: {
  diffed?: (vnode: VNode & { __e?: Node | null }) => void;
  debounceRendering?: (render: () => void) => void;
};

type After = () => undefined | (() => void);
export function useEffect(act: After, inputs?: readonly unknown[]): void;
export function useLayoutEffect(act: After, inputs?: readonly unknown[]): void;
export function useReducer<State>(next: (state: State) => State, first: State): [State, () => void];
export function useRef<Value>(first: Value): { current: Value };
export function useState<State>(first: State | (() => State)): [State, (next: State | ((before: State) => State)) => void];
/** An id that no other element of the page has. */
export function useId(): string;
