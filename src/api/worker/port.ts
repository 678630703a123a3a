/** Ends of channels, the same for pages and for Node. */
import { GradloomError } from "../errors.ts";
import { whatIs } from "../functions/options.ts";
import type { Port } from "./message.ts";

/** What {@link connect} and {@link expose} take: a worker of a page or of Node, or a port of a `MessageChannel`. */
export type Channel = WebWorkerLike | NodeWorkerLike;

/** What a `Worker`, a `MessagePort` or a worker's global scope of the web has. */
export interface WebWorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error" | "messageerror", listener: (event: Event) => void): void;
  start?(): void;
  terminate?(): void;
  close?(): void;
}

/** What a `Worker` or a port of Node's `worker_threads` has. */
export interface NodeWorkerLike {
  // A method, so that Node's own list of what can be transferred fits.
  postMessage(message: unknown, transfer: readonly never[]): void;
  on(event: "message", listener: (value: unknown) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate?(): unknown;
  close?(): void;
}

/** @throws GradloomError for anything that cannot be spoken through */
export function portOf(caller: string, channel: unknown): Port {
  if (isWeb(channel)) return webPort(channel);
  if (isNodes(channel)) return nodePort(channel);
  throw new GradloomError(`${caller}: ${whatIs(channel)} is no worker and no port; pass a Worker or a MessagePort`);
}

function has(value: unknown, ...methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
}

// Ports of Node have both kinds of methods; those of events of the web come first.
const isWeb = (value: unknown): value is WebWorkerLike => has(value, "postMessage", "addEventListener");
const isNodes = (value: unknown): value is NodeWorkerLike => has(value, "postMessage", "on");

const close = ({ terminate, close: shut }: WebWorkerLike | NodeWorkerLike, of: object): void => {
  if (terminate !== undefined) terminate.call(of);
  else shut?.call(of);
};

function webPort(channel: WebWorkerLike): Port {
  return {
    postMessage: (message, transfer) => channel.postMessage(message, transfer),
    listen: (onMessage, onFailure) => {
      channel.addEventListener("message", ({ data }) => onMessage(data));
      channel.addEventListener("error", (event) => onFailure(messageOf(event)));
      channel.addEventListener("messageerror", () => onFailure("a message of the worker could not be read"));
      channel.start?.();
    },
    close: () => close(channel, channel),
  };
}

function messageOf(event: Event): string {
  const { message } = event as Partial<ErrorEvent>;
  return message || "the worker's file did not load";
}

function nodePort(channel: NodeWorkerLike): Port {
  return {
    postMessage: (message, transfer) => channel.postMessage(message, transfer as never[]),
    listen: (onMessage, onFailure) => {
      channel.on("message", onMessage);
      channel.on("error", (e) => onFailure(e instanceof Error ? e.message : String(e)));
      channel.on("exit", (code) => onFailure(`the worker ended with code ${code}`));
    },
    close: () => close(channel, channel),
  };
}

/** The worker's own end: its global scope on the web, `parentPort` in Node. */
export async function ownPort(): Promise<Port> {
  const scope = globalThis as unknown;
  // A page has these methods too, but they speak to other windows.
  if (typeof document === "undefined" && has(scope, "postMessage", "addEventListener") && !inNode())
    return portOf("expose", scope);
  if (inNode()) {
    const name = ["node", "worker_threads"].join(":");
    const { parentPort } = (await import(/* @vite-ignore */ name)) as typeof import("node:worker_threads");
    if (parentPort !== null) return portOf("expose", parentPort);
  }
  throw new GradloomError("expose: this is no worker; call it in a worker's module, or pass a MessagePort");
}

const inNode = (): boolean => typeof process !== "undefined" && process.versions?.node !== undefined;
