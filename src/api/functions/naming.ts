/** Which function an error names: the one that was called, not the one that found the fault. */
import { GradloomError } from "../errors.ts";
import { asOne } from "../trace/pending.ts";

/** Runs what a function consists of as one operation, whose name the errors of its parts begin with. */
export function naming<T>(caller: string, body: () => T): T {
  try {
    return asOne(body);
  } catch (e) {
    if (e instanceof GradloomError) rename(e, caller);
    throw e;
  }
}

function rename(e: GradloomError, caller: string): void {
  const before = e.message;
  const [prefix = ""] = /^[A-Za-z_$][\w.$]*: /.exec(before) ?? [];
  e.message = `${caller}: ${before.slice(prefix.length)}`;
  // The trace begins with a copy of the message.
  if (e.stack !== undefined) e.stack = e.stack.replace(before, () => e.message);
}
