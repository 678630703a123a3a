/** Heaps in memories of our own: those that threads share, and those of pages, which do without tfjs. */
import type { TfjsHeap } from "../tfjs.ts";
import { Allocator } from "./allocator.ts";
import { FIRST_FREE } from "./control.ts";

const PAGE = 65536;
const INITIAL_PAGES = 64;
/** The most pages a memory may have: some engines give less. */
const LARGEST = [65536, 32768, 16384] as const;

/** A heap that no one shares. @throws Error where no memory can be had */
export function makeOwnHeap(): TfjsHeap {
  return heapOf(makeMemory(false));
}

/** A heap in a memory. */
export function heapOf(memory: WebAssembly.Memory): TfjsHeap {
  const grow = (bytes: number): number | null => {
    const before = memory.buffer.byteLength;
    // A quarter more than there is, so that growing stays rare.
    for (const more of [Math.max(bytes, before / 4), bytes]) {
      try {
        memory.grow(Math.ceil(more / PAGE));
        return memory.buffer.byteLength;
      } catch {
        // Less may do.
      }
    }
    return null;
  };
  const allocator = new Allocator(FIRST_FREE, memory.buffer.byteLength, grow);
  return {
    memory,
    exports: {},
    malloc: (bytes) => allocator.allocate(bytes),
    free: (pointer) => allocator.release(pointer),
  };
}

/** @throws Error where none of a gibibyte can be had */
export function makeMemory(shared: boolean): WebAssembly.Memory {
  let cause: unknown;
  for (const maximum of LARGEST) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
    } catch (e) {
      cause = e;
    }
  }
  throw new Error(`no ${shared ? "shared " : ""}memory of a gibibyte can be had`, { cause });
}
