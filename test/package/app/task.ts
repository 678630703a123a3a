import { setBackend, type Tensor } from "gradloom";
import { expose, type TaskContext } from "gradloom/worker";

export const tasks = {
  async double({ x }: { x: Tensor }, { progress }: TaskContext<number>): Promise<{ y: Tensor }> {
    await setBackend("wasm");
    await progress(1);
    return { y: x.mul(2) };
  },
};

expose(tasks);
