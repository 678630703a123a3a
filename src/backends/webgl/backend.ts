/** The `webgl` backend: plans become shaders that draw into textures. */
import type { Plan, Target } from "../../ir/plan.ts";
import { Buffer, type Executable, type Graphics, NotSupported, type PlanBackend, type Threads } from "../backend.ts";
import { type Capabilities, Device } from "./gl/device.ts";
import { type Program, Programs } from "./gl/programs.ts";
import { type Texture, Textures } from "./gl/textures.ts";
import { MAX_ROW_BITS } from "./glsl/types.ts";
import { type Action, type Draw, lowerPlan } from "./lower.ts";
import { TextureHeap } from "./memory.ts";
import { type Probe, probe } from "./probe.ts";
import { TARGET } from "./target.ts";

/** Starts the backend. @throws Error where there is no WebGL2 that it can use, with the reason */
export async function loadWebgl(): Promise<WebglBackend> {
  const backend = new WebglBackend(new Device());
  if (!backend.graphics.probe.float32) {
    throw new Error("this graphics card draws with half precision, whatever the texture holds; use the wasm backend");
  }
  return backend;
}

export class WebglBackend implements PlanBackend {
  readonly kind = "plan";
  readonly name = "webgl";
  readonly target: Target = TARGET;
  readonly threads: Threads = { asked: 1, running: 1, missing: null };
  readonly device: Device;
  readonly heap: TextureHeap;
  readonly programs: Programs;
  private readonly probe: Probe;
  /** Host buffers that were uploaded for a run once: the second time they stay. */
  readonly uploadedOnce: WeakSet<Buffer> = new WeakSet();

  constructor(device: Device) {
    this.device = device;
    this.heap = new TextureHeap(new Textures(device));
    this.programs = new Programs(device);
    this.probe = probe(this.programs, this.heap.textures);
  }

  get capabilities(): Capabilities {
    return this.device.capabilities;
  }

  get graphics(): Graphics & { readonly probe: Probe } {
    return { ...this.device.capabilities, probe: this.probe };
  }

  get isLost(): boolean {
    return this.device.isLost;
  }

  compile(plan: Plan): Executable {
    return new WebglExecutable(this, plan);
  }

  memory(): { readonly heapBytes: number; readonly heldBytes: number } {
    const { bytes, usedBytes } = this.heap.textures;
    return { heapBytes: bytes, heldBytes: usedBytes };
  }
}

type ReadyDraw = Draw & { readonly program: Program };

class WebglExecutable implements Executable {
  private readonly backend: WebglBackend;
  private readonly plan: Plan;
  private readonly actions: readonly (Exclude<Action, Draw> | ReadyDraw)[];
  /** How long each value is. */
  private readonly lengths: readonly number[];
  private readonly dtypes: readonly Texture["dtype"][];
  /** Values that nothing reads after an action. */
  private readonly endsAfter: readonly (readonly number[])[];

  constructor(backend: WebglBackend, plan: Plan) {
    this.backend = backend;
    this.plan = plan;
    const { actions, operands } = lowerPlan(plan, backend.capabilities.maxSamplers);
    const most = 2 ** MAX_ROW_BITS * backend.capabilities.maxTextureSize * 4;
    const long = operands.find(({ length }) => length > most);
    if (long !== undefined) {
      throw new NotSupported(
        `an array of ${long.length} elements is needed, and textures of this device hold at most ${most}; use smaller arrays, ` +
          "or the wasm backend",
      );
    }
    this.lengths = operands.map(({ length }) => length);
    this.dtypes = operands.map(({ dtype }) => dtype);
    // All are handed to the compiler before the first is waited for.
    this.actions = actions.map((action) =>
      action.kind === "draw" ? { ...action, program: backend.programs.get(action.shader) } : action,
    );
    const last = new Map<number, number>();
    actions.forEach((action, at) => {
      for (const value of valuesOf(action)) last.set(value, at);
    });
    const ends: number[][] = actions.map(() => []);
    for (const [value, at] of last) if (plan.buffers[value]?.place.kind !== "output") ends[at]!.push(value);
    this.endsAfter = ends;
  }

  async prepare(): Promise<void> {
    for (const action of this.actions) if (action.kind === "draw") await action.program.compiled();
  }

  run(inputs: readonly Buffer[], keep?: ReadonlySet<number>): Buffer[] {
    const { heap, device } = this.backend;
    device.checkAlive();
    heap.tick();
    const run = new Run(this.backend, this.lengths, this.dtypes);
    try {
      this.plan.buffers.forEach(({ place }, value) => {
        if (place.kind === "input") run.bind(value, inputs[place.index]!);
      });
      this.actions.forEach((action, at) => {
        run.perform(action);
        for (const value of this.endsAfter[at]!) run.end(value);
      });
      const results = this.plan.outputs.map(({ dtype }) => new Buffer(dtype, 0, null));
      this.plan.buffers.forEach(({ place, dtype, length }, value) => {
        if (place.kind !== "output") return;
        const buffer = new Buffer(dtype, length, null);
        heap.adopt(buffer, run.take(value));
        results[place.index] = buffer;
      });
      if (keep !== undefined) for (const [i] of this.plan.aliases) if (!keep.has(i)) inputs[i]!.release();
      return results;
    } finally {
      run.endAll();
    }
  }
}

/** The values that an action reads and writes. */
function valuesOf(action: Action): readonly number[] {
  if (action.kind === "alias") return [action.from, action.to];
  return [...action.inputs, ...action.outputs];
}

/** The textures of one run; several values may share one. */
class Run {
  private readonly backend: WebglBackend;
  private readonly lengths: readonly number[];
  private readonly dtypes: readonly Texture["dtype"][];
  private readonly values: Map<number, Texture> = new Map();
  /** How many values a texture is; those that belong to buffers are counted once more. */
  private readonly counts: Map<Texture, number> = new Map();

  constructor(backend: WebglBackend, lengths: readonly number[], dtypes: readonly Texture["dtype"][]) {
    this.backend = backend;
    this.lengths = lengths;
    this.dtypes = dtypes;
  }

  /** Makes an input's elements a value. */
  bind(value: number, buffer: Buffer): void {
    const { heap, uploadedOnce } = this.backend;
    const resident = heap.textureOf(buffer);
    if (resident !== null) {
      this.count(resident, 1);
      this.set(value, resident);
      return;
    }
    const texture = this.fresh(value);
    heap.textures.upload(texture, buffer.read());
    if (buffer.device === null && uploadedOnce.has(buffer)) {
      this.count(texture, 1);
      heap.adopt(buffer, texture);
    } else uploadedOnce.add(buffer);
  }

  perform(action: Exclude<Action, Draw> | ReadyDraw): void {
    if (action.kind === "draw") this.draw(action);
    else this.set(action.to, this.values.get(action.from)!);
  }

  private draw({ program, inputs, outputs, base }: ReadyDraw): void {
    const { heap } = this.backend;
    const old = base === null ? null : this.values.get(base)!;
    const operands = inputs.map((value) => this.values.get(value)!);
    const targets = outputs.map((value) => heap.textures.acquire(this.dtypes[value]!, this.lengths[value]!));
    program.use(operands, old);
    heap.textures.bindTargets(targets);
    heap.textures.draw();
    outputs.forEach((value, k) => {
      this.set(value, targets[k]!);
    });
  }

  private fresh(value: number): Texture {
    const texture = this.backend.heap.textures.acquire(this.dtypes[value]!, this.lengths[value]!);
    this.set(value, texture);
    return texture;
  }

  private set(value: number, texture: Texture): void {
    this.count(texture, 1);
    this.end(value);
    this.values.set(value, texture);
  }

  private count(texture: Texture, change: number): void {
    const count = (this.counts.get(texture) ?? 0) + change;
    this.counts.set(texture, count);
    if (count > 0) return;
    this.counts.delete(texture);
    this.backend.heap.textures.release(texture);
  }

  /** Nothing reads a value any more. */
  end(value: number): void {
    const texture = this.values.get(value);
    if (texture === undefined) return;
    this.values.delete(value);
    this.count(texture, -1);
  }

  /** The texture of an output, for a buffer of its own. */
  take(value: number): Texture {
    let texture = this.values.get(value);
    if (texture === undefined) texture = this.fresh(value);
    else if (this.counts.get(texture)! > 1) {
      // Another value, or an input, has it too.
      const own = this.backend.heap.textures.acquire(texture.dtype, this.lengths[value]!);
      this.copy(texture, own);
      this.set(value, own);
      texture = own;
    }
    this.values.delete(value);
    this.counts.delete(texture);
    return texture;
  }

  private copy(from: Texture, to: Texture): void {
    const { gl } = this.backend.device;
    const { width, height } = from.extent;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, from.framebuffer);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, to.framebuffer);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
  }

  /** Gives back what is left. */
  endAll(): void {
    for (const value of [...this.values.keys()]) this.end(value);
  }
}
