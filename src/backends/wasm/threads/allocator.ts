/**
 * Blocks of one growing stretch of memory. Free blocks are kept by size class, the powers of two, and join with free
 * neighbours at once; a block is taken from the smallest class that surely has room, and what is over is split off.
 */

/** Blocks begin at multiples of this, and have as many bytes. */
const GRAIN = 64;
/** In the class of a size, not every block has room: so many are looked at. */
const TRIES = 8;

const roundUp = (n: number): number => Math.ceil(n / GRAIN) * GRAIN;
const classOf = (size: number): number => 31 - Math.clz32(size / GRAIN);

export class Allocator {
  /** Sizes of the blocks in use, by address. */
  private readonly used: Map<number, number> = new Map();
  /** Of the free blocks, sizes by address, and addresses by end. */
  private readonly free: Map<number, number> = new Map();
  private readonly ends: Map<number, number> = new Map();
  private readonly classes: Set<number>[] = Array.from({ length: 32 }, () => new Set());
  private end: number;
  /** Makes the stretch longer by at least so many bytes; its new end, or null where that cannot be. */
  private readonly grow: (bytes: number) => number | null;

  /** @param end where the stretch ends now */
  constructor(start: number, end: number, grow: (bytes: number) => number | null) {
    const first = roundUp(start);
    this.end = Math.max(first, Math.floor(end / GRAIN) * GRAIN);
    this.grow = grow;
    if (this.end > first) this.insert(first, this.end - first);
  }

  /** The address of a block of at least so many bytes, or 0 where there is no room. */
  allocate(bytes: number): number {
    const size = Math.max(GRAIN, roundUp(bytes));
    let at = this.find(size);
    if (at === null && this.extend(size)) at = this.find(size);
    if (at === null) return 0;
    const found = this.free.get(at)!;
    this.remove(at, found);
    if (found > size) this.insert(at + size, found - size);
    this.used.set(at, size);
    return at;
  }

  /** Takes a block back. @throws Error where there is none at the address */
  release(at: number): void {
    const size = this.used.get(at);
    if (size === undefined) throw new Error(`there is no block at ${at}`);
    this.used.delete(at);
    this.insert(at, size);
  }

  private find(size: number): number | null {
    const own = classOf(size);
    let tries = 0;
    for (const at of this.classes[own]!) {
      if (this.free.get(at)! >= size) return at;
      if (++tries === TRIES) break;
    }
    for (let k = own + 1; k < this.classes.length; k++) for (const at of this.classes[k]!) return at;
    // The last block at the stretch's end is worth a look: growing adds to it.
    const last = this.ends.get(this.end);
    return last !== undefined && this.free.get(last)! >= size ? last : null;
  }

  /** Grows the stretch until its last free block has so many bytes. */
  private extend(size: number): boolean {
    const last = this.ends.get(this.end);
    const missing = size - (last === undefined ? 0 : this.free.get(last)!);
    const end = this.grow(missing);
    if (end === null) return false;
    const from = this.end;
    this.end = Math.floor(end / GRAIN) * GRAIN;
    this.insert(from, this.end - from);
    return true;
  }

  /** Adds a free block, joined with its free neighbours. */
  private insert(at: number, size: number): void {
    let [from, to] = [at, at + size];
    const before = this.ends.get(from);
    if (before !== undefined) {
      this.remove(before, this.free.get(before)!);
      from = before;
    }
    const after = this.free.get(to);
    if (after !== undefined) {
      this.remove(to, after);
      to += after;
    }
    this.free.set(from, to - from);
    this.ends.set(to, from);
    this.classes[classOf(to - from)]!.add(from);
  }

  private remove(at: number, size: number): void {
    this.free.delete(at);
    this.ends.delete(at + size);
    this.classes[classOf(size)]!.delete(at);
  }
}
