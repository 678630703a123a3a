/** Arrays with NumPy's and MyGrad's semantics, compiled lazily. */
export type { TensorLike } from "./api/apply.ts";
export * from "./api/attention.ts";
export { isAutodiffOn, noAutodiff } from "./api/autodiff.ts";
export { type BackendName, getBackend, ready, setBackend } from "./api/backend.ts";
export { type Passes, setPasses } from "./api/cache.ts";
export * from "./api/constants.ts";
export { copy } from "./api/copies.ts";
export * from "./api/create.ts";
export { einsum } from "./api/einsum.ts";
export * from "./api/elementwise.ts";
export * from "./api/errors.ts";
export { type Explanation, explain, type PlanSummary } from "./api/explain.ts";
export { defineOp, type OpContext, type OpDefinition } from "./api/extension.ts";
export * from "./api/functions.ts";
export { buildGraph, type GraphOptions } from "./api/graph-picture.ts";
export { ellipsis, type Index, type IndexArray, type IndexItem, newaxis, Slice, slice } from "./api/index-syntax.ts";
export * as initializers from "./api/initializers.ts";
export { concatenate, type JoinOptions, stack } from "./api/join.ts";
export * from "./api/layers.ts";
export * from "./api/linalg.ts";
export * from "./api/losses.ts";
export * from "./api/manipulation.ts";
export { type MatmulOptions, matmul } from "./api/matmul.ts";
export { compile, loadModel, Model } from "./api/model.ts";
export type { AnyTypedArray, Nested, NestedValue } from "./api/nested.ts";
export * from "./api/nn.ts";
export { type AffineOptions, type BatchnormOptions, batchnorm, groupNorm, layerNorm } from "./api/normalization.ts";
export { load, loadNpy, loadz, save, saveNpy, savez, savezCompressed } from "./api/npz.ts";
export * from "./api/pad.ts";
export * as random from "./api/random/index.ts";
export * from "./api/recurrent.ts";
export {
  type Axes,
  type AxisArgument,
  type AxisList,
  all,
  any,
  argmax,
  argmin,
  logsumexp,
  max,
  max as amax,
  mean,
  min,
  min as amin,
  nanmean,
  nansum,
  prod,
  type ReduceOptions,
  type SpreadOptions,
  std,
  sum,
  variance,
  variance as var,
} from "./api/reductions.ts";
export { cumprod, cumsum, diff, type ScanOptions } from "./api/scans.ts";
export { scope } from "./api/scope.ts";
export {
  argsort,
  median,
  percentile,
  quantile,
  type SortOptions,
  searchsorted,
  sort,
  type TopKOptions,
  topK,
  type Unique,
  unique,
} from "./api/sorting.ts";
export { type Stats, stats } from "./api/stats.ts";
export { Tensor } from "./api/tensor.ts";
export type { UfuncOptions } from "./api/ufunc.ts";
export * from "./api/utilities.ts";
export {
  broadcastTo,
  expandDims,
  moveaxis,
  ravel,
  reshape,
  slidingWindowView,
  squeeze,
  swapaxes,
  transpose,
  type WindowOptions,
} from "./api/views.ts";
export type { DType, TypedArray } from "./ir/dtype.ts";
export type { Shape } from "./ir/layout.ts";
export type { TensorSpec } from "./ir/plan.ts";
