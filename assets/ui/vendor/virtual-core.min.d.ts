/** Types of the part of @tanstack/virtual-core that the grid uses. */

/** A row that is to be drawn: its place in the list, and its start and end in pixels. */
export interface VirtualItem {
  index: number;
  start: number;
  end: number;
}

export interface VirtualizerOptions {
  count: number;
  getScrollElement: () => HTMLElement | null;
  /** Height of a row in pixels. */
  estimateSize: (index: number) => number;
  scrollToFn: unknown;
  observeElementRect: unknown;
  observeElementOffset: unknown;
  onChange?: () => void;
  /** Rows that are drawn beyond the visible ones, on each side. */
  overscan?: number;
  paddingEnd?: number;
  getItemKey?: (index: number) => string;
  initialRect?: { width: number; height: number };
}

export class Virtualizer {
  constructor(options: VirtualizerOptions);
  setOptions(options: VirtualizerOptions): void;
  /** Forget all heights: rows have changed. */
  measure(): void;
  getVirtualItems(): VirtualItem[];
  getTotalSize(): number;
  scrollToIndex(index: number, options?: { align?: "start" | "center" | "end" | "auto" }): void;
  _didMount(): () => void;
  _willUpdate(): void;
}

export const elementScroll: unknown;
export const observeElementRect: unknown;
export const observeElementOffset: unknown;
