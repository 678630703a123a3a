/** Arrays with NumPy's and MyGrad's semantics, compiled lazily. */

export * from "./api/errors.ts";
export type { TensorLike } from "./api/functions/apply.ts";
export * from "./api/functions/constants.ts";
export * from "./api/functions/create.ts";
export { einsum } from "./api/functions/einsum.ts";
export * from "./api/functions/elementwise.ts";
export { defineOp, type OpContext, type OpDefinition } from "./api/functions/extension.ts";
export { concatenate, type JoinOptions, stack } from "./api/functions/join.ts";
export * from "./api/functions/linalg.ts";
export * from "./api/functions/manipulation.ts";
export * from "./api/functions/mathematics.ts";
export { type MatmulOptions, matmul } from "./api/functions/matmul.ts";
export * from "./api/functions/pad.ts";
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
} from "./api/functions/reductions.ts";
export { cumprod, cumsum, diff, type ScanOptions } from "./api/functions/scans.ts";
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
} from "./api/functions/sorting.ts";
export type { UfuncOptions } from "./api/functions/ufunc.ts";
export * from "./api/functions/utilities.ts";
export { buildGraph, type GraphOptions } from "./api/io/graph-picture.ts";
export { load, loadNpy, loadz, save, saveNpy, savez, savezCompressed } from "./api/io/npz.ts";
export * from "./api/nn/activations.ts";
export * from "./api/nn/attention.ts";
export * as initializers from "./api/nn/initializers.ts";
export * from "./api/nn/layers.ts";
export * from "./api/nn/losses.ts";
export { type AffineOptions, type BatchnormOptions, batchnorm, groupNorm, layerNorm } from "./api/nn/normalization.ts";
export * from "./api/nn/recurrent.ts";
export * as random from "./api/random/index.ts";
export { copy } from "./api/tensor/copies.ts";
export {
  ellipsis,
  type Index,
  type IndexArray,
  type IndexItem,
  newaxis,
  Slice,
  slice,
} from "./api/tensor/index-syntax.ts";
export type { AnyTypedArray, Nested, NestedValue } from "./api/tensor/nested.ts";
export { scope } from "./api/tensor/scope.ts";
export { Tensor } from "./api/tensor/tensor.ts";
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
} from "./api/tensor/views.ts";
export { isAutodiffOn, noAutodiff } from "./api/trace/autodiff.ts";
export {
  type BackendChoice,
  type BackendName,
  type BackendOptions,
  getBackend,
  loadBackend,
  ready,
  setBackend,
} from "./api/trace/backend.ts";
export { type Passes, setPasses } from "./api/trace/cache.ts";
export {
  type Checkpoint,
  type CheckpointOptions,
  checkpoint,
  type Recovery,
  recover,
} from "./api/trace/checkpoint.ts";
export { type Diagnostics, diagnostics, type Graphics } from "./api/trace/diagnostics.ts";
export { type Explanation, explain, type PlanSummary } from "./api/trace/explain.ts";
export { type JitOptions, jit } from "./api/trace/jit.ts";
export { compile, loadModel, Model } from "./api/trace/model.ts";
export type { Selection } from "./api/trace/place.ts";
export { type Stats, stats } from "./api/trace/stats.ts";
export { warmup } from "./api/trace/warmup.ts";
export type { DType, TypedArray } from "./ir/dtype.ts";
export type { Shape } from "./ir/layout.ts";
export type { TensorSpec } from "./ir/plan.ts";
