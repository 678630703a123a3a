import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ContenderName } from "./peers/index.ts";
import type { Answer, Request } from "./protocol.ts";

/** A contender in its own process, seen from the benchmark. */
export class Client {
  readonly name: ContenderName;
  private readonly child: ChildProcess;
  private readonly ended: Promise<Answer>;

  constructor(name: ContenderName, workload: string) {
    this.name = name;
    const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));
    // What libraries print is not the benchmark's output.
    this.child = fork(worker, [name, workload], {
      execArgv: process.execArgv,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.ended = once(this.child, "exit").then(([code, signal]) => ({
      failed: `the process ended with ${signal ?? `code ${code}`}`,
    }));
  }

  async ask(request: Request): Promise<Answer> {
    if (!this.child.connected) return this.ended;
    const reply = once(this.child, "message");
    this.child.send(request);
    return Promise.race([reply.then(([answer]) => answer as Answer), this.ended]);
  }

  end(): void {
    this.child.kill();
  }
}
