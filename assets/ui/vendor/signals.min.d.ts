/** Types of the part of @preact/signals that the page uses. */

/** A value that renders the components which have read it when it changes. */
export class Signal<Value> {
  value: Value;
  peek(): Value;
  subscribe(act: (value: Value) => void): () => void;
}
export function signal<Value>(value: Value): Signal<Value>;
export function computed<Value>(value: () => Value): Readonly<Signal<Value>>;
export function effect(act: () => void): () => void;
/** Change several: what has read them is called once, afterwards. */
export function batch<Result>(act: () => Result): Result;
/** What is read within is not followed. */
export function untracked<Result>(act: () => Result): Result;
export function useComputed<Value>(value: () => Value): Readonly<Signal<Value>>;
export function useSignal<Value>(value: Value): Signal<Value>;
