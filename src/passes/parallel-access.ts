/** Which bytes a call reads and writes, as far as the plan knows. */
import { BYTES } from "../ir/dtype.ts";
import { sizeOf } from "../ir/layout.ts";
import type { MatrixLayout } from "../ir/ops/fused.ts";
import type { Call, Loop, Plan, PlanBuffer, Task } from "../ir/plan.ts";
import { findOp } from "../ir/table.ts";

/** A stretch of one space: everything that is touched lies in it, and maybe not all of it is touched. */
export interface Access {
  /** What is bound to one address, or may be: the arena, an input, an output. */
  readonly space: string;
  readonly from: number;
  /** One past the last byte. */
  readonly to: number;
  readonly writes: boolean;
}

/** Whether the order of two accesses by different threads matters. */
export function conflict(a: Access, b: Access): boolean {
  return (a.writes || b.writes) && a.space === b.space && a.from < b.to && b.from < a.to;
}

const working = (at: number, bytes: number): Access => ({ space: "arena", from: at, to: at + bytes, writes: true });

/** The working memory of a kernel of the op table. */
export function kernelScratchBytes({ op, types, attrs }: Extract<Call, { kind: "kernel" }>): number {
  const found = findOp(op);
  return found?.kind === "kernel" ? found.scratchBytes(types.slice(0, -1), attrs) : 0;
}

/** The accesses of calls over the buffers of a plan; an output that may take over an input lies in the input's space. */
export class Accesses {
  private readonly buffers: readonly PlanBuffer[];
  private readonly heirs: ReadonlyMap<number, number>;

  constructor(buffers: readonly PlanBuffer[], aliases: Plan["aliases"]) {
    this.buffers = buffers;
    this.heirs = new Map(aliases.map(([i, o]) => [o, i]));
  }

  of(task: Task): Access[] {
    return task.kind === "loop" ? this.ofLoop(task) : this.ofCall(task, []);
  }

  /** From what the first turn touches to what the last one does. */
  private ofLoop({ turns, body }: Loop): Access[] {
    return body.flatMap(({ call, advances }) => {
      const last = this.ofCall(
        call,
        advances.map((n) => n * (turns - 1)),
      );
      return this.ofCall(call, []).map((first, k) => ({
        ...first,
        from: Math.min(first.from, last[k]!.from),
        to: Math.max(first.to, last[k]!.to),
      }));
    });
  }

  /** @param ahead how many elements the operands and the result lie further on, each */
  private ofCall(call: Call, ahead: readonly number[]): Access[] {
    switch (call.kind) {
      case "copy":
        return [
          this.first(call.from, call.elements, ahead[0], false),
          this.first(call.to, call.elements, ahead[1], true),
        ];
      case "kernel":
        return [
          ...call.inputs.map((b) => this.whole(b, false)),
          this.whole(call.output, true),
          working(call.scratch, kernelScratchBytes(call)),
        ];
      case "matmul":
        return this.ofMatmul(call, ahead);
      case "region":
        return this.ofRegion(call, ahead);
    }
  }

  private ofRegion({ region, inputs, output }: Extract<Call, { kind: "region" }>, ahead: readonly number[]): Access[] {
    const { shape, body, store } = region;
    if (sizeOf(shape) === 0 && region.reduce === null) return [];
    const found: Access[] = [];
    for (const i of body) {
      if (i.kind === "gather") found.push(this.whole(inputs[i.input]!, false));
      if (i.kind !== "load") continue;
      found.push(this.strided(inputs[i.input]!, shape, i.strides, i.offset + (ahead[i.input] ?? 0), false));
    }
    found.push(this.strided(output, shape, store.strides, store.offset + (ahead[inputs.length] ?? 0), true));
    return found;
  }

  private ofMatmul(
    { attrs, a, b, output, rowStride, scratch, choice }: Extract<Call, { kind: "matmul" }>,
    ahead: readonly number[],
  ): Access[] {
    const { batch, m, n, k } = attrs;
    const operand = (buffer: number, l: MatrixLayout, at: number, rows: number, cols: number): Access =>
      this.strided(buffer, [...batch, rows, cols], [...l.batch, l.row, l.col], l.offset + (ahead[at] ?? 0), false);
    const start = ahead[2] ?? 0;
    const result =
      rowStride === undefined
        ? this.first(output, sizeOf(batch) * m * n, start, true)
        : this.strided(output, [m, n], [rowStride, 1], start, true);
    return [operand(a, attrs.a, 0, m, k), operand(b, attrs.b, 1, k, n), result, working(scratch, choice.scratchBytes)];
  }

  /** So many elements from some position on, or all. */
  private first(buffer: number, elements: number | undefined, start: number | undefined, writes: boolean): Access {
    const from = start ?? 0;
    return this.stretch(buffer, from, from + (elements ?? this.buffers[buffer]!.length), writes);
  }

  private whole(buffer: number, writes: boolean): Access {
    return this.stretch(buffer, 0, this.buffers[buffer]!.length, writes);
  }

  private strided(
    buffer: number,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    writes: boolean,
  ): Access {
    let [least, most] = [offset, offset];
    shape.forEach((size, k) => {
      const reach = Math.max(0, size - 1) * strides[k]!;
      if (reach < 0) least += reach;
      else most += reach;
    });
    return this.stretch(buffer, least, most + 1, writes);
  }

  private stretch(buffer: number, from: number, to: number, writes: boolean): Access {
    const { place, dtype } = this.buffers[buffer]!;
    const start = place.offset ?? 0;
    const size = BYTES[dtype];
    return { space: this.spaceOf(place), from: start + from * size, to: start + to * size, writes };
  }

  private spaceOf(place: PlanBuffer["place"]): string {
    if (place.kind === "arena") return "arena";
    const heir = place.kind === "output" ? this.heirs.get(place.index) : undefined;
    return heir === undefined ? `${place.kind} ${place.index}` : `input ${heir}`;
  }
}
