import { GradloomError } from "../errors.ts";

/**
 * The options of a call; none for null.
 *
 * @throws GradloomError for anything but an object, and for an option that there is not
 */
export function checkOptions<O extends object>(
  caller: string,
  given: O | null | undefined,
  known: readonly (keyof O & string)[],
): Partial<O> {
  if (given === null || given === undefined) return {};
  if (typeof given !== "object" || Array.isArray(given) || ArrayBuffer.isView(given) || "storage" in given) {
    throw new GradloomError(
      `${caller}: options come last, in an object such as { ${known[0] ?? ""} }, not as ${whatIs(given)}`,
    );
  }
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name));
  if (unknown === undefined) return given;
  const all = known.length === 0 ? "it has none" : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
  throw new GradloomError(`${caller}: there is no option ${JSON.stringify(unknown)}; ${all}`);
}

/** A whole number, from `least` on. @throws GradloomError for anything else */
export function checkWhole(
  caller: string,
  name: string,
  value: unknown,
  least: number = Number.NEGATIVE_INFINITY,
): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  const from = least === Number.NEGATIVE_INFINITY ? "" : ` from ${least}`;
  throw new GradloomError(`${caller}: ${name} is ${whatIs(value)}; it must be a whole number${from}`);
}

/** A number. @throws GradloomError for anything else */
export function checkNumber(caller: string, name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new GradloomError(`${caller}: ${name} is ${whatIs(value)}; it must be a number`);
}

/** A function. @throws GradloomError for anything else */
export function checkFunction(caller: string, name: string, value: unknown): void {
  if (typeof value !== "function")
    throw new GradloomError(`${caller}: ${name} is ${whatIs(value)}; it must be a function`);
}

/** A value as messages show it, in few words. */
export function whatIs(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean")
    return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value.constructor === Object ? "an object" : `a ${value.constructor?.name}`;
  return typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}

/** Whether a value is a list; unlike `Array.isArray`, it tells readonly lists from what is none. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
