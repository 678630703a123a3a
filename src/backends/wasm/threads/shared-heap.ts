/** Heaps in memories that threads share. */
import type { TfjsHeap } from "../tfjs.ts";
import { heapOf, makeMemory } from "./memory.ts";

const NOT_ISOLATED =
  "the page is not cross-origin isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and " +
  "Cross-Origin-Embedder-Policy: require-corp";

/** A shared heap, or the reason why there can be none. */
export function sharedHeapOrReason(): TfjsHeap | string {
  if (typeof crossOriginIsolated !== "undefined" && !crossOriginIsolated) return NOT_ISOLATED;
  if (typeof SharedArrayBuffer === "undefined") return "there is no SharedArrayBuffer here";
  try {
    return makeSharedHeap();
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
}

/** @throws Error where no shared memory can be had */
export function makeSharedHeap(): TfjsHeap {
  return heapOf(makeMemory(true));
}
