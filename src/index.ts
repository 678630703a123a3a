/** Arrays with NumPy's and MyGrad's semantics, compiled lazily. */
export type { TensorLike } from "./api/apply.ts";
export { type BackendName, getBackend, ready, setBackend } from "./api/backend.ts";
export * from "./api/create.ts";
export * from "./api/elementwise.ts";
export * from "./api/errors.ts";
export { type Explanation, explain, type PlanSummary } from "./api/explain.ts";
export { ellipsis, type Index, type IndexItem, newaxis, Slice, slice } from "./api/index-syntax.ts";
export { concatenate, stack } from "./api/join.ts";
export { matmul } from "./api/matmul.ts";
export { compile, loadModel, Model } from "./api/model.ts";
export type { AnyTypedArray, Nested, NestedValue } from "./api/nested.ts";
export * from "./api/nn.ts";
export {
  type Axes,
  type AxisList,
  all,
  any,
  argmax,
  argmin,
  logsumexp,
  max,
  mean,
  min,
  prod,
  std,
  sum,
  variance,
} from "./api/reductions.ts";
export { scope } from "./api/scope.ts";
export { type Stats, stats } from "./api/stats.ts";
export { Tensor } from "./api/tensor.ts";
export { broadcastTo, expandDims, moveaxis, ravel, reshape, squeeze, swapaxes, transpose } from "./api/views.ts";
export type { DType, TypedArray } from "./ir/dtype.ts";
export type { Shape } from "./ir/layout.ts";
export type { TensorSpec } from "./ir/plan.ts";
