import type { Peer } from "./peer.ts";

export type { Batch, Elementwise, Layer, Peer, Trainer, Weights } from "./peer.ts";
export { BATCH, LAYERS, RATE } from "./peer.ts";

/** Loads a peer on demand, so that a process that measures one never loads the other. */
export const peers = {
  gradloom: async (): Promise<Peer> => (await import("./gradloom.ts")).loadGradloom(),
  tfjs: async (): Promise<Peer> => (await import("./tfjs.ts")).loadTfjs(),
  jax: async (): Promise<Peer> => (await import("./jax.ts")).loadJax(),
} as const;

/** The name of a peer on the command line. */
export type PeerName = keyof typeof peers;
