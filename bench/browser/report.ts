/** The results as a table, and beside what is aimed at. */
import { LABELS } from "./contenders.ts";
import type { LibraryName, PageRow, Times } from "./protocol.ts";

const KINDS = ["each", "amortised", "cold"] as const;
type Kind = (typeof KINDS)[number];

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const timesOf = (row: PageRow, library: LibraryName): Times | null => {
  const cell = row.cells[library];
  return cell !== undefined && "each" in cell ? cell : null;
};

/** How many times as long a peer takes. */
function ratio(row: PageRow, peer: LibraryName, kind: Kind): number | null {
  const [own, theirs] = [timesOf(row, "gradloom"), timesOf(row, peer)];
  return own === null || theirs === null ? null : theirs[kind] / own[kind];
}

/** Markdown: ms, and the peers' multiples of Gradloom's. */
export function table(rows: readonly PageRow[], libraries: readonly LibraryName[], renderer: string): string {
  const heads = libraries.flatMap((name) => KINDS.map((kind) => `${LABELS[name]}, ${kind}`));
  const lines = rows.map((row) => {
    const cells = libraries.flatMap((name) =>
      KINDS.map((kind) => {
        const times = timesOf(row, name);
        if (times === null) {
          const cell = row.cells[name];
          return kind === "each" && cell !== undefined && "cannot" in cell ? `cannot: ${cell.cannot}` : "";
        }
        const multiple = name === "gradloom" ? null : ratio(row, name, kind);
        return `${digits(times[kind])}${multiple === null ? "" : ` (${multiple.toFixed(2)}×)`}`;
      }),
    );
    return `| ${row.title} | ${cells.join(" | ")} |`;
  });
  const head = `| ms | ${heads.join(" | ")} |`;
  const rule = `| --- | ${heads.map(() => "---:").join(" | ")} |`;
  const text = [
    `Renderer: ${renderer}. Medians in ms. *each*: a run and a read of its result; *amortised*: of ten runs before one read;`,
    "*cold*: the first run and read in a fresh page, compilation included. In brackets: the multiple of Gradloom's time.",
  ].join("\n");
  return [text, "", head, rule, ...lines].join("\n");
}

interface Target {
  readonly rows: RegExp;
  readonly kinds: readonly Kind[];
  readonly peer: LibraryName | "better";
  readonly least: number;
}

const TARGETS: readonly Target[] = [
  { rows: /^tanh-sigmoid$/, kinds: ["amortised"], peer: "tfjs", least: 4 },
  { rows: /^tanh-sigmoid$/, kinds: ["each"], peer: "tfjs", least: 1.5 },
  { rows: /^chain$/, kinds: ["amortised"], peer: "tfjs", least: 4 },
  { rows: /^chain$/, kinds: ["each"], peer: "tfjs", least: 1.5 },
  { rows: /^(softmax|layer-norm|sum-\d)$/, kinds: ["each", "amortised"], peer: "better", least: 1 },
  { rows: /^(mlp|cnn)-step$/, kinds: ["each", "amortised"], peer: "tfjs", least: 1.5 },
  { rows: /^(mlp|cnn)-step$/, kinds: ["each", "amortised"], peer: "jax", least: 10 },
  { rows: /./, kinds: ["cold"], peer: "better", least: 1 },
];

/** What is aimed at, and whether it is reached. */
export function targets(rows: readonly PageRow[]): string {
  const lines = TARGETS.flatMap(({ rows: which, kinds, peer, least }) =>
    rows
      .filter(({ name }) => which.test(name))
      .flatMap((row) =>
        kinds.flatMap((kind) => {
          const peers = peer === "better" ? (["tfjs", "jax"] as const) : [peer];
          const found = peers.flatMap((each) => ratio(row, each, kind) ?? []);
          if (found.length === 0) return [];
          const reached = Math.min(...found);
          const mark = reached >= least ? "reached" : "MISSED ";
          const against = peer === "better" ? "the better peer" : LABELS[peer];
          return [`${mark} ${reached.toFixed(2)}x of ${least}x ${against}, ${kind}: ${row.title}`];
        }),
      ),
  );
  return lines.join("\n");
}
