/** The worker's side. */
import { GradloomError } from "../errors.ts";
import { whatIs } from "../functions/options.ts";
import { type Port, pack, packError, type Request, type Response, unpack } from "./message.ts";
import { type Channel, ownPort, portOf } from "./port.ts";

/** What a task gets besides its argument. */
export interface TaskContext<P = unknown> {
  /**
   * Tells the page how far the task is, and lets messages in, such as that it was cancelled: a task that computes without ever
   * waiting for this hears nothing.
   *
   * @throws DOMException named `AbortError` once the task was cancelled
   */
  progress(value: P): Promise<void>;
  /** Is aborted when the page cancels the task. */
  readonly signal: AbortSignal;
}

/** Functions that a page may ask for. */
export type Tasks = Readonly<Record<string, (argument: never, context: TaskContext<never>) => unknown>>;

/**
 * Offers functions to the page that has started this worker; it calls them by `connect`. Arguments, progress and results are
 * plain values with tensors anywhere in them. Tasks run one after the other, in the order in which they were asked for.
 *
 * @param channel where not the page that started the worker is spoken to: a port
 * @throws GradloomError outside workers, unless a port is given
 */
export function expose(tasks: Tasks, channel?: Channel): void {
  const wrong = Object.entries(tasks).find(([, task]) => typeof task !== "function");
  if (wrong !== undefined) throw new GradloomError(`expose: ${wrong[0]} is ${whatIs(wrong[1])}; pass functions`);
  if (channel !== undefined) serve(tasks, portOf("expose", channel));
  else void ownPort().then((port) => serve(tasks, port));
}

function serve(tasks: Tasks, port: Port): void {
  const cancels = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();
  const tell = (response: Response, transfer: ArrayBuffer[] = []): void => port.postMessage(response, transfer);
  const answer = async (id: number, name: string, argument: unknown, signal: AbortSignal): Promise<void> => {
    try {
      signal.throwIfAborted();
      const context: TaskContext<unknown> = {
        signal,
        progress: async (value) => {
          const packed = await pack(value);
          tell({ kind: "progress", id, value: packed.value }, packed.transfer);
          await nextTask();
          signal.throwIfAborted();
        },
      };
      if (!Object.hasOwn(tasks, name)) {
        const known = Object.keys(tasks).join(", ");
        throw new GradloomError(`run: the worker has no task ${JSON.stringify(name)}; it has ${known}`);
      }
      const { value, transfer } = await pack(await tasks[name]!(unpack(argument) as never, context as never));
      tell({ kind: "result", id, value }, transfer);
    } catch (e) {
      tell({ kind: "failure", id, error: packError(e) });
    } finally {
      cancels.delete(id);
    }
  };
  port.listen(
    (message) => {
      const request = message as Request;
      if (request.kind === "cancel") cancels.get(request.id)?.abort();
      else if (request.kind === "run") {
        const cancel = new AbortController();
        cancels.set(request.id, cancel);
        last = last.then(() => answer(request.id, request.name, request.argument, cancel.signal));
      }
    },
    () => {},
  );
  tell({ kind: "ready", names: Object.keys(tasks) });
}

/** Resolves in a task of its own: messages come in between. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
