/** A worker for test/api/worker.test.ts. */
import { jit, tensor } from "../../src/index.ts";
import { expose } from "../../src/worker.ts";

expose({
  async fit(steps: number) {
    const w = tensor([4]);
    const step = jit(() => {
      const loss = w.mul(w).sum();
      loss.backward();
      w.sub_(w.grad!.mul(0.25));
      return loss;
    });
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) losses.push((await step().data())[0]!);
    return { w, losses };
  },
});
