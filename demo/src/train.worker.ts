/** Training off the main thread. */
import { setBackend, stats } from "gradloom";
import { expose, type TaskContext } from "gradloom/worker";
import { type Digits, loadDigits } from "./data.ts";
import { Classifier, copyState, type State } from "./model.ts";
import { type EpochResult, trainEpoch } from "./training.ts";

let digits: Promise<Digits> | null = null;

export interface EpochRequest {
  readonly state: State;
  readonly epoch: number;
  /** Where the digits are. */
  readonly url: string;
}

export interface EpochReply extends EpochResult {
  readonly state: State;
  readonly heapBytes: number;
}

export const tasks = {
  async epoch({ state, epoch, url }: EpochRequest, { progress }: TaskContext<number>): Promise<EpochReply> {
    await setBackend("wasm");
    digits ??= loadDigits(url);
    const classifier = new Classifier(await copyState(state));
    const result = await trainEpoch(classifier, await digits, epoch, (loss) => progress(loss));
    return { ...result, state: classifier.state, heapBytes: stats().heapBytes };
  },
};

expose(tasks);
