import { type Workload, workload } from "../workload.ts";

type Side = "" | "left" | "right";

/** a @ b, where one of them may be the transpose of an array. */
function matmul(n: number, transposed: Side): Workload {
  const [left, right] = [transposed === "left", transposed === "right"];
  return workload({
    name: `matmul-${n}${transposed && `-${transposed}`}`,
    title: `matmul ${n}³${transposed && `, ${transposed} transposed`}`,
    tolerance: 5e-6,
    flops: 2 * n ** 3,
    data: (make) => ({ a: make.input([n, n]), b: make.input([n, n]) }),
    gradloom: (_, { a, b }) => (left ? a.T : a).matmul(right ? b.T : b),
    tfjs: (tf, { a, b }) => tf.matMul(a, b, left, right),
    jax: ({ numpy: np }, { a, b }) => np.matmul(left ? a.transpose() : a, right ? b.transpose() : b),
    ort: (g, { a, b }) =>
      left || right ? g.op("Gemm", [a, b], { transA: Number(left), transB: Number(right) }) : g.op("MatMul", [a, b]),
  });
}

export const matmuls: readonly Workload[] = [512, 1024].flatMap((n) =>
  (["", "left", "right"] as const).map((side) => matmul(n, side)),
);
