import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "../../src/backends/wasm/threads/allocator.ts";

const START = 100;
const LIMIT = 2 ** 20;

/** An allocator whose memory ends at `LIMIT`, with the ends that it grew to. */
function make(first: number): { readonly allocator: Allocator; readonly ends: number[] } {
  const ends = [first];
  const allocator = new Allocator(START, first, (bytes) => {
    const end = ends.at(-1)! + Math.ceil(bytes / 4096) * 4096;
    if (end > LIMIT) return null;
    ends.push(end);
    return end;
  });
  return { allocator, ends };
}

type Command = { readonly take: number } | { readonly give: number };

const commands = fc.array(
  fc.oneof(
    fc.record({ take: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: Math.floor(LIMIT / 3) })) }),
    fc.record({ give: fc.nat(1000) }),
  ),
  { maxLength: 200 },
);

describe("the allocator of the shared heap", () => {
  it("gives blocks that lie apart, at cache lines, inside the memory, and takes them back whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8192 }), commands, (first, list: readonly Command[]) => {
        const { allocator, ends } = make(first);
        const blocks: { readonly at: number; readonly bytes: number }[] = [];
        for (const command of list) {
          if ("give" in command) {
            const [block] = blocks.length === 0 ? [] : blocks.splice(command.give % blocks.length, 1);
            if (block !== undefined) allocator.release(block.at);
            continue;
          }
          const at = allocator.allocate(command.take);
          if (at === 0) continue;
          const bytes = Math.max(1, command.take);
          expect(at % 64).toBe(0);
          expect(at).toBeGreaterThanOrEqual(START);
          expect(at + bytes).toBeLessThanOrEqual(ends.at(-1)!);
          for (const other of blocks) expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
          blocks.push({ at, bytes });
        }
        // Once all is given back, everything is one block again.
        for (const { at } of blocks) allocator.release(at);
        const grown = ends.length;
        const all = Math.floor(ends.at(-1)! / 64) * 64 - 128;
        if (all > 0) expect(allocator.allocate(all)).toBe(128);
        expect(ends.length).toBe(grown);
      }),
      { numRuns: 300 },
    );
  });

  it("says 0 where there is no room, and goes on", () => {
    const { allocator } = make(4096);
    const most = allocator.allocate(LIMIT - 4096);
    expect(most).toBe(128);
    expect(allocator.allocate(LIMIT)).toBe(0);
    allocator.release(most);
    expect(allocator.allocate(1000)).toBe(128);
  });

  it("uses what it was given back before it grows", () => {
    const { allocator, ends } = make(4096);
    for (let k = 0; k < 10_000; k++) {
      const [a, b] = [allocator.allocate(1000 + (k % 7) * 64), allocator.allocate(500)];
      allocator.release(a);
      allocator.release(b);
    }
    expect(ends).toEqual([4096]);
  });

  it("refuses to take back what it never gave, or has already", () => {
    const { allocator } = make(4096);
    const at = allocator.allocate(10);
    allocator.release(at);
    expect(() => allocator.release(at)).toThrow(`there is no block at ${at}`);
    expect(() => allocator.release(64)).toThrow("there is no block at 64");
  });
});
