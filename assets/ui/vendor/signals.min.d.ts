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
export function useSignal<Value>(value: Value): Signal<Value>;
