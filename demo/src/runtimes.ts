/** Where training runs. */
import { diagnostics, setBackend, stats } from "gradloom";
import { connect, type Remote } from "gradloom/worker";
import type { Digits } from "./data.ts";
import { Classifier, copyState } from "./model.ts";
import type { tasks } from "./train.worker.ts";
import { type EpochResult, trainEpoch } from "./training.ts";

export const RUNTIMES = {
  wasm: "WASM",
  threads: "WASM, threads",
  webgl: "WebGL",
  worker: "Worker",
} as const;
export type RuntimeName = keyof typeof RUNTIMES;

/** What an epoch leaves. */
export interface Epoch extends EpochResult {
  readonly classifier: Classifier;
  readonly heapBytes: number;
}

let remote: Remote<typeof tasks> | null = null;

/** Makes the backend of a runtime the page's own; says what is special about it, or nothing. */
export async function start(name: RuntimeName): Promise<string> {
  switch (name) {
    case "wasm":
      await setBackend("wasm");
      return "";
    case "threads": {
      await setBackend("wasm", { threads: "auto" });
      const { running, missing } = diagnostics().threads;
      return missing === null ? `${running} threads` : `one thread: ${missing}`;
    }
    case "webgl": {
      await setBackend("webgl");
      const { graphics } = diagnostics();
      return graphics?.isSoftware === true ? "no graphics card: the processor draws" : (graphics?.renderer ?? "");
    }
    case "worker":
      // The page itself still classifies what is drawn.
      await setBackend("wasm");
      return "training leaves the page's own thread alone";
  }
}

/** One epoch. */
export async function runEpoch(
  name: RuntimeName,
  classifier: Classifier,
  digits: Digits,
  epoch: number,
  url: string,
  onLoss: (loss: number) => void,
): Promise<Epoch> {
  if (name === "worker") {
    remote ??= connect<typeof tasks>(new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module" }));
    const { state } = classifier;
    const reply = await remote.run("epoch", { state, epoch, url }, { onProgress: onLoss });
    return { ...reply, classifier: new Classifier(await copyState(reply.state)) };
  }
  let last = performance.now();
  const result = await trainEpoch(classifier, digits, epoch, async (loss) => {
    onLoss(loss);
    // Lets the page draw and hear now and then.
    if (performance.now() - last < 12) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  });
  return { ...result, classifier, heapBytes: stats().heapBytes };
}
