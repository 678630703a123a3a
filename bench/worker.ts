/** One contender at one workload, in a process of its own: `worker.ts PEER WORKLOAD` answers the requests of `main.ts`. */
import { type PeerName, peers } from "./peers.ts";
import { makeWorkload } from "./workload.ts";

export type WorkloadName = "mlp" | "elementwise";

/** What the parent asks for: so many runs. */
export interface Request {
  readonly runs: number;
}

/** The times of the runs in ms, and what they computed: the losses, or a sample of the result. */
export interface Answer {
  readonly label: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

const SAMPLE = 997;

const peer = await peers[process.argv[2] as PeerName]();
const workload = process.argv[3] as WorkloadName;
const { weights, batch, x, y } = makeWorkload();
const label = `${peer.name} ${peer.version}`;

/** Times `runs` runs of `once`. */
async function measure(runs: number, once: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let k = 0; k < runs; k++) {
    const start = performance.now();
    await once();
    times.push(performance.now() - start);
  }
  return times;
}

async function prepare(): Promise<(request: Request) => Promise<Answer>> {
  if (workload === "mlp") {
    const trainer = await peer.setup(weights, batch);
    return async ({ runs }) => {
      const values: number[] = [];
      const times = await measure(runs, async () => {
        values.push(await trainer.step());
      });
      return { label, times, values };
    };
  }
  const product = await peer.elementwise(x, y);
  return async ({ runs }) => {
    const times = await measure(runs, () => product.run());
    return { label, times, values: [...(await product.read()).filter((_, k) => k % SAMPLE === 0)] };
  };
}

const answer = await prepare();
process.on("message", (request: Request) => {
  answer(request).then(
    (result) => process.send!(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send!("ready");
