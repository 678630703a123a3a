/** The classifier as the bytes of one file, in the browser's own storage or for download. */
import { loadz, savezCompressed } from "gradloom";
import { copyState, type State } from "./model.ts";

const KEY = "gradloom-digits";

/** What is kept besides the arrays. */
export interface History {
  readonly epoch: number;
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
}

/** Keeps a classifier; returns its file. */
export async function keep(state: State, history: History): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = savezCompressed(await copyState(state)) as Uint8Array<ArrayBuffer>;
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  localStorage.setItem(KEY, JSON.stringify({ history, file: btoa(text) }));
  return bytes;
}

/** The classifier kept last, or null. */
export async function restore(): Promise<{ readonly state: State; readonly history: History } | null> {
  const kept = localStorage.getItem(KEY);
  if (kept === null) return null;
  const { history, file } = JSON.parse(kept) as { readonly history: History; readonly file: string };
  const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
  return { state: await copyState(loadz(bytes)), history };
}
