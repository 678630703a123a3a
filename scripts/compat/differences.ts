/** Where Gradloom differs from MyGrad on purpose, and the test that holds each. */

export interface Difference {
  readonly what: string;
  readonly mygrad: string;
  readonly here: string;
  /** A test file, and words of the test's name. */
  readonly test: readonly [file: string, words: string];
}

export const DIFFERENCES: readonly Difference[] = [
  {
    what: "`float32 + 1.5`",
    mygrad: "float64",
    here: "float32: plain numbers take the dtype of what they meet, as in NumPy",
    test: ["test/api/edges.test.ts", "plain numbers take the dtype of what they meet"],
  },
  {
    what: "default dtype of `tensor([1.5])`",
    mygrad: "float64",
    here: 'float32, as `zeros` and `ones` have it there; `tensor(data, "float64")` for the other',
    test: ["test/api/edges.test.ts", "plain numbers take the dtype of what they meet"],
  },
  {
    what: "gradient of `norm` at zeros",
    mygrad: "NaN",
    here: "0",
    test: ["test/api/edges.test.ts", "norm of zeros (corrected)"],
  },
  {
    what: "gradient of `std` of equal numbers",
    mygrad: "NaN",
    here: "0",
    test: ["test/api/edges.test.ts", "std of equal numbers (corrected)"],
  },
  {
    what: "gradient of `sinc` near 0",
    mygrad: "0 at 1e-9, where it cancels",
    here: "exact",
    test: ["test/api/edges.test.ts", "sinc near 0 is exact"],
  },
  {
    what: "`astype`",
    mygrad: "detaches",
    here: "gradients flow, back in the dtype of the operand",
    test: ["test/api/edges.test.ts", "a cast lets gradients through"],
  },
  {
    what: "writing into a view after `backward` from it",
    mygrad: "does not change the base any more",
    here: "changes the base, as in NumPy",
    test: ["test/api/edges.test.ts", "a view whose graph was cleared still writes into its base"],
  },
  {
    what: "`sliding_window_view`",
    mygrad: "a read-only array without gradients",
    here: "a read-only view that gradients flow through",
    test: ["test/api/layers.test.ts", "window"],
  },
  {
    what: "fans of `glorot_normal`, bound of `he_uniform`",
    mygrad: "the fan counts only the last axis of a filter; the bound is inverted",
    here: "as defined by their papers and PyTorch",
    test: ["test/api/random.test.ts", "have the deviations and bounds of their fans"],
  },
  {
    what: "`gru`",
    mygrad: "needs numba",
    here: "is compiled like everything else; so is `lstm`",
    test: ["test/api/recurrent.test.ts", "gru"],
  },
  {
    what: "`batchnorm`",
    mygrad: "statistics of the batch only",
    here: "also running statistics, for training and for use",
    test: ["test/api/layers.test.ts", "running"],
  },
  {
    what: "graphs of thousands of operations",
    mygrad: "RecursionError",
    here: "no recursion",
    test: ["test/api/large.test.ts", "5,000"],
  },
  {
    what: "`floor_divide`, `remainder`, `sign`, `floor` … of variables",
    mygrad: "ValueError",
    here: "allowed; gradients are 0, and those of the remainders exact",
    test: ["test/ops/gradients.test.ts", "differences"],
  },
  {
    what: "a masked ufunc without `out`",
    mygrad: "the other elements are undefined",
    here: "they are 0",
    test: ["test/api/semantics.test.ts", "without out are 0 elsewhere"],
  },
  {
    what: "data changed under a live graph",
    mygrad: "arrays are made read-only meanwhile",
    here: "cannot happen: data is copied in and out, and writes are recorded",
    test: ["test/api/semantics.test.ts", "cannot change a recorded program"],
  },
  {
    what: "`backward` through a part that an earlier one has cleared",
    mygrad: "InvalidBackprop for some graphs, gradients that stop there for others",
    here: "`InvalidBackpropError`, always",
    test: ["test/api/semantics.test.ts", "through a part that an earlier one has cleared is an error"],
  },
  {
    what: "`save` of a float constant",
    mygrad: "loads as a variable",
    here: "loads as a constant",
    test: ["test/api/npz.test.ts", "constant"],
  },
];
