/** What wrong calls throw, as text that can be snapshotted. */
import { expect } from "vitest";
import { GradloomError, type Tensor } from "../../src/index.ts";

type ErrorClass = new (message: string) => GradloomError;

/** A wrong call under a name, and the class of what it throws or rejects with. */
export type Wrong = readonly [name: string, act: () => unknown, type: ErrorClass];

/** A wrong write to the tensor that it is given. */
export type WrongWrite = readonly [name: string, make: () => Tensor, act: (t: Tensor) => unknown, type: ErrorClass];

/** What only JavaScript can pass. */
export const odd = (value: unknown): never => value as never;

/** A call with arguments that only JavaScript can pass. */
export const call = (f: unknown, ...given: readonly unknown[]): unknown =>
  (f as (...args: readonly unknown[]) => unknown)(...given);

/** `t.shape = shape`. */
export function reshapeInPlace(t: Tensor, shape: readonly number[]): void {
  t.shape = shape;
}

/** What a call throws, or what its promise is rejected with; undefined where all goes well. */
export async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (e) {
    return e;
  }
  return undefined;
}

/** One line a call, `name → Class: message`. Fails unless each throws exactly its class, naming a function and a way out. */
export async function messages(calls: readonly Wrong[]): Promise<string> {
  const lines: string[] = [];
  const faults: string[] = [];
  for (const [name, act, type] of calls) {
    const e = await thrownBy(act);
    const line = `${name} → ${e instanceof Error ? `${e.name}: ${e.message}` : "nothing was thrown"}`;
    lines.push(line);
    if (!(e instanceof GradloomError) || e.constructor !== type) faults.push(`not ${type.name}: ${line}`);
    else if (!/^[a-zA-Z][\w.]*: ./.test(e.message)) faults.push(`names no function: ${line}`);
    else if (!/[;:,] ./.test(e.message.replace(/^[\w.]+: /, ""))) faults.push(`names no way out: ${line}`);
  }
  expect(faults).toEqual([]);
  expect(new Set(calls.map(([name]) => name)).size).toBe(calls.length);
  return `\n${lines.join("\n")}\n`;
}

/** As {@link messages}; fails besides where a write leaves its target, or the target's gradient, other than it was. */
export async function refusedWrites(calls: readonly WrongWrite[]): Promise<string> {
  const changed: string[] = [];
  const text = await messages(
    calls.map(([name, make, act, type]): Wrong => {
      const wrong = async (): Promise<void> => {
        const t = make();
        if (!t.constant) t.mul(3).backward();
        const before = [t.tolist(), t.base?.tolist(), t.grad?.tolist(), t.shape];
        const e = await thrownBy(() => act(t));
        const after = [t.tolist(), t.base?.tolist(), t.grad?.tolist(), t.shape];
        try {
          expect(after).toEqual(before);
        } catch {
          changed.push(name);
        }
        throw e;
      };
      return [name, wrong, type];
    }),
  );
  expect(changed).toEqual([]);
  return text;
}
