/** `gradloom/worker`: work off the main thread. The worker's module calls {@link expose}, the page {@link connect}. */
export { connect, type Remote, type RunOptions } from "./api/worker/connect.ts";
export { expose, type TaskContext, type Tasks } from "./api/worker/expose.ts";
export type { Channel, NodeWorkerLike, WebWorkerLike } from "./api/worker/port.ts";
