import type { Data } from "../data.ts";
import type { PeerName, Workload } from "../workload.ts";
import { type Contender, installedVersion } from "./contender.ts";

type Load = (workload: Workload, data: Record<string, Data>) => Promise<Contender>;

export interface Peer {
  readonly label: string;
  readonly how: string;
  /** Called only in the process that measures this contender, so that it loads no other. */
  readonly load: Load;
}

/** All contenders; the first is what the others are compared with. `limit` is no library, but the machine. */
export const PEERS: { readonly [P in PeerName | "limit"]: Peer } = {
  gradloom: {
    label: "Gradloom",
    how: "eager, WASM backend",
    load: async (...given) => (await import("./gradloom.ts")).load(...given),
  },
  tfjs: {
    label: "TensorFlow.js",
    how: "eager, WASM backend with SIMD",
    load: async (...given) => (await import("./tfjs.ts")).load(...given),
  },
  jax: {
    label: "jax-js",
    how: "`jit`, WASM backend",
    load: async (...given) => (await import("./jax.ts")).load(...given),
  },
  ort: {
    label: "ONNX Runtime Web",
    how: "a session, WASM with SIMD",
    load: async (...given) => (await import("./ort.ts")).load(...given),
  },
  limit: {
    label: "limit",
    how: "f32x4 multiplications and additions in registers alone",
    load: async (workload) => (await import("./limit.ts")).load(workload),
  },
};

export type ContenderName = keyof typeof PEERS;

const PACKAGES: { readonly [P in PeerName]?: string } = {
  tfjs: "@tensorflow/tfjs",
  jax: "@jax-js/jax",
  ort: "onnxruntime-web",
};

/** The version of a library; this one's is that of the working tree. */
export function versionOf(name: PeerName): string {
  return installedVersion(PACKAGES[name]);
}
