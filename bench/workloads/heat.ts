import type { numpy } from "@jax-js/jax";
import { type Workload, workload } from "../workload.ts";

const [SIZE, STEPS, RATE] = [256, 50, 0.2];

/** The heat equation: the inside changes by the differences to the four neighbours; the edges stay. */
export const heat: Workload = workload({
  name: "heat",
  title: "heat equation, 256x256, 50 steps",
  tolerance: 1e-5,
  data: (make) => ({ start: make.input([SIZE, SIZE]) }),
  reference: ({ start }) => {
    let u = Float64Array.from(start);
    for (let step = 0; step < STEPS; step++) {
      const next = u.slice();
      for (let i = 1; i < SIZE - 1; i++) {
        for (let k = i * SIZE + 1; k < (i + 1) * SIZE - 1; k++) {
          next[k] = u[k]! + RATE * (u[k - SIZE]! + u[k + SIZE]! + u[k - 1]! + u[k + 1]! - 4 * u[k]!);
        }
      }
      u = next;
    }
    return u;
  },
  gradloom: (_, { start }) => {
    const u = start.pos();
    const inside = u.get("1:-1, 1:-1");
    const [north, south] = [u.get(":-2, 1:-1"), u.get("2:, 1:-1")];
    const [west, east] = [u.get("1:-1, :-2"), u.get("1:-1, 2:")];
    for (let step = 0; step < STEPS; step++) {
      inside.add_(north.add(south).add(west).add(east).sub(inside.mul(4)).mul(RATE));
    }
    return u;
  },
  tfjs: (tf, { start }) => {
    const size = [SIZE - 2, SIZE - 2];
    let u = start;
    for (let step = 0; step < STEPS; step++) {
      u = tf.tidy(() => {
        const part = (row: number, column: number) => tf.slice(u, [row, column], size);
        const around = tf.add(tf.add(part(0, 1), part(2, 1)), tf.add(part(1, 0), part(1, 2)));
        const change = tf.mul(tf.sub(around, tf.mul(part(1, 1), 4)), RATE);
        return tf.add(
          u,
          tf.pad(change, [
            [1, 1],
            [1, 1],
          ]),
        );
      });
    }
    return u;
  },
  jax: ({ numpy: np }, { start }) => {
    let u: numpy.Array = start;
    for (let step = 0; step < STEPS; step++) {
      const part = (row: number, column: number) => u.ref.slice([row, row + SIZE - 2], [column, column + SIZE - 2]);
      const around = part(0, 1).add(part(2, 1)).add(part(1, 0)).add(part(1, 2));
      const change = around.sub(part(1, 1).mul(4)).mul(RATE);
      u = u.add(np.pad(change, 1));
    }
    return u;
  },
  ort: "no loop is built for it",
});
