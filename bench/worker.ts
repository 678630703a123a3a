/** One contender in a process of its own: answers the requests of `main.ts`. */
import { type PeerName, peers } from "./peers.ts";
import { makeWorkload } from "./workload.ts";

/** What the parent asks for: so many runs of a workload. */
export interface Request {
  readonly workload: "mlp" | "elementwise";
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
const { weights, batch, x, y } = makeWorkload();
const trainer = await peer.setup(weights, batch);
const product = await peer.elementwise(x, y);
const label = `${peer.name} ${peer.version}`;

async function answer({ workload, runs }: Request): Promise<Answer> {
  const times: number[] = [];
  const values: number[] = [];
  for (let k = 0; k < runs; k++) {
    const start = performance.now();
    if (workload === "mlp") values.push(await trainer.step());
    else await product.run();
    times.push(performance.now() - start);
  }
  if (workload === "elementwise") values.push(...(await product.read()).filter((_, k) => k % SAMPLE === 0));
  return { label, times, values };
}

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
