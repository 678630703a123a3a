/** A WebGL2 context, and what it can do. */
import { DeviceLost, type Graphics } from "../../backend.ts";

type Gl = WebGL2RenderingContext;

/** What was found out about a context. */
export interface Capabilities extends Graphics {
  readonly maxTextureSize: number;
  /** Textures that one shader may read. */
  readonly maxSamplers: number;
}

interface KHR_parallel_shader_compile {
  readonly COMPLETION_STATUS_KHR: number;
}

/** Every implementation of WebGL2 has at least so many; more would not run everywhere. */
const LEAST_SAMPLERS = 16;

/** A context of its own, without anything to see. */
export class Device {
  readonly gl: Gl;
  readonly capabilities: Capabilities;
  /** How to ask whether a program is compiled, where drivers compile in the background. */
  readonly completion: KHR_parallel_shader_compile | null;
  private readonly canvas: OffscreenCanvas | HTMLCanvasElement;
  /** A context that comes back has none of the textures. */
  private wasLost = false;

  /** @throws Error where there is no WebGL2, or it cannot draw into float32 textures */
  constructor() {
    this.canvas = canvas();
    const gl = this.canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      premultipliedAlpha: false,
      preserveDrawingBuffer: false,
      powerPreference: "high-performance",
    }) as Gl | null;
    if (gl === null) throw new Error("this environment has no WebGL2");
    this.gl = gl;
    this.canvas.addEventListener("webglcontextlost", () => {
      this.wasLost = true;
    });
    if (gl.getExtension("EXT_color_buffer_float") === null) {
      throw new Error(
        "this graphics card does not draw into float32 textures (EXT_color_buffer_float); use the wasm backend",
      );
    }
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    const renderer = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
    this.capabilities = {
      renderer,
      isSoftware: /swiftshader|llvmpipe|software|basic render/i.test(renderer),
      maxTextureSize: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
      maxSamplers: Math.max(LEAST_SAMPLERS, gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) as number),
      parallelCompile: gl.getExtension("KHR_parallel_shader_compile") !== null,
    };
    this.completion = gl.getExtension("KHR_parallel_shader_compile") as KHR_parallel_shader_compile | null;
    gl.disable(gl.BLEND);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.DITHER);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 1);
    gl.bindVertexArray(gl.createVertexArray());
  }

  get isLost(): boolean {
    this.wasLost ||= this.gl.isContextLost();
    return this.wasLost;
  }

  /** @throws DeviceLost once the context is lost: what textures held is gone, and reads would give zeros */
  checkAlive(): void {
    if (this.isLost) {
      throw new DeviceLost(
        "the browser took the WebGL context away, and with it the values that lay there alone; await recover() goes back to " +
          "the copies that checkpoint() keeps",
      );
    }
  }

  /** Resolves once everything asked for so far is done. */
  async done(): Promise<void> {
    const { gl } = this;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (fence === null) {
      this.checkAlive();
      return;
    }
    try {
      for (let tries = 0; ; tries++) {
        const status = gl.clientWaitSync(fence, 0, 0);
        if (status === gl.ALREADY_SIGNALED || status === gl.CONDITION_SATISFIED) return;
        this.checkAlive();
        if (status === gl.WAIT_FAILED) throw new Error("waiting for the graphics card failed");
        await (tries < QUICK_TRIES ? nextTask() : pause());
      }
    } finally {
      gl.deleteSync(fence);
    }
  }
}

/** So often it is looked at once a task, for small results; then now and then, so that waiting costs little. */
const QUICK_TRIES = 40;

/** Resolves in a task of its own: other events come in between. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Resolves after a short while. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

function canvas(): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(1, 1);
  if (typeof document !== "undefined") return document.createElement("canvas");
  throw new Error("this environment has no WebGL2: there is neither OffscreenCanvas nor document");
}
