/** Compiled shaders. The whole text of a shader is its key: two that differ in anything are two. */
import { type Shader, VERTEX_SHADER } from "../glsl/shader.ts";
import { type Device, pause } from "./device.ts";
import type { Texture } from "./textures.ts";

/** Programs beyond that are given up, the least recently used first. */
const MAX_PROGRAMS = 1024;

/** A shader on its way to a program: drivers compile while others are handed in. */
export class Program {
  private readonly device: Device;
  private readonly shader: Shader;
  private readonly fragment: WebGLShader;
  readonly handle: WebGLProgram;
  private isReady = false;

  constructor(device: Device, shader: Shader, vertex: WebGLShader) {
    const { gl } = device;
    this.device = device;
    this.shader = shader;
    this.fragment = gl.createShader(gl.FRAGMENT_SHADER)!;
    gl.shaderSource(this.fragment, shader.code);
    gl.compileShader(this.fragment);
    this.handle = gl.createProgram();
    gl.attachShader(this.handle, vertex);
    gl.attachShader(this.handle, this.fragment);
    gl.linkProgram(this.handle);
  }

  /** Makes the program the current one, and binds what its samplers read. */
  use(operands: readonly Texture[], base: Texture | null): void {
    const { gl } = this.device;
    if (!this.isReady) this.finish();
    gl.useProgram(this.handle);
    const textures = this.shader.used.map((k) => operands[k]!);
    if (base !== null) textures.push(base);
    textures.forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    });
  }

  /** Resolves once the driver has compiled it. */
  async compiled(): Promise<void> {
    const { gl, completion } = this.device;
    if (this.isReady) return;
    // Drivers that compile in the background say when they are done; others are asked in turns, with breaks between.
    if (completion === null) await pause();
    else
      while (gl.getProgramParameter(this.handle, completion.COMPLETION_STATUS_KHR) === false) {
        this.device.checkAlive();
        await pause();
      }
    this.finish();
  }

  /** Waits for the compiler. @throws Error with its words */
  private finish(): void {
    const { gl } = this.device;
    if (gl.getProgramParameter(this.handle, gl.LINK_STATUS) !== true) {
      this.device.checkAlive();
      const words = gl.getShaderInfoLog(this.fragment) || gl.getProgramInfoLog(this.handle) || "no reason given";
      throw new Error(`a shader does not compile: ${words}\n${this.shader.code}`);
    }
    if (this.isReady) return;
    gl.useProgram(this.handle);
    const names = this.shader.used.map((k) => `s${k}`);
    if (this.shader.hasBase) names.push("sBase");
    names.forEach((name, unit) => {
      // What a compiler found to be of no use has no location.
      gl.uniform1i(gl.getUniformLocation(this.handle, name), unit);
    });
    gl.deleteShader(this.fragment);
    this.isReady = true;
  }
}

export class Programs {
  private readonly device: Device;
  private readonly vertex: WebGLShader;
  private readonly known: Map<string, Program> = new Map();

  constructor(device: Device) {
    const { gl } = device;
    this.device = device;
    this.vertex = gl.createShader(gl.VERTEX_SHADER)!;
    gl.shaderSource(this.vertex, VERTEX_SHADER);
    gl.compileShader(this.vertex);
  }

  /** The program of a shader, which may still be compiling. */
  get(shader: Shader): Program {
    let program = this.known.get(shader.code);
    if (program === undefined) program = new Program(this.device, shader, this.vertex);
    else this.known.delete(shader.code);
    this.known.set(shader.code, program);
    // Plans hold on to their programs: giving one up only means that the next plan compiles its own.
    if (this.known.size > MAX_PROGRAMS) this.known.delete(this.known.keys().next().value!);
    return program;
  }
}
