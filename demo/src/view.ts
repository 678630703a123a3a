/** What is drawn besides the chart: bars, the confusion matrix, digits that were read wrongly. */
import { CLASSES, type DigitSet, PIXELS } from "./data.ts";
import { paintPixels } from "./pad.ts";

/** An element of the page. @throws Error where there is none */
export function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

const make = <K extends keyof HTMLElementTagNameMap>(tag: K, text = ""): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
};

/** Ten bars; the function returned sets them, from 0 to 1. */
export function bars(list: HTMLElement): (probabilities: Float32Array | null) => void {
  const rows = Array.from({ length: CLASSES }, (_, digit) => {
    const [row, bar, fill, share] = [make("li"), make("span"), make("i"), make("span")];
    bar.className = "bar";
    bar.append(fill);
    row.append(make("span", String(digit)), bar, share);
    list.append(row);
    return { fill, share };
  });
  return (probabilities) => {
    rows.forEach(({ fill, share }, digit) => {
      const p = probabilities?.[digit] ?? 0;
      fill.style.width = `${100 * p}%`;
      share.textContent = probabilities === null ? "" : `${(100 * p).toFixed(1)}%`;
    });
  };
}

/** Counts of test digits by what they are and what was read. */
export function confusion(table: HTMLTableElement, { labels }: DigitSet, predictions: Int32Array | null): void {
  const counts = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  predictions?.forEach((read, i) => {
    counts[labels[i]!]![read]!++;
  });
  const heading = make("tr");
  heading.append(make("th"));
  for (let digit = 0; digit < CLASSES; digit++) {
    const head = make("th", String(digit));
    head.scope = "col";
    heading.append(head);
  }
  const rows = counts.map((row, label) => {
    const line = make("tr");
    const head = make("th", String(label));
    head.scope = "row";
    line.append(head);
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((count, read) => {
      const cell = make("td", count === 0 ? "" : String(count));
      if (count > 0) {
        const strength = read === label ? 12 + (60 * count) / total : 25 + (60 * count) / total;
        const color = read === label ? "--accent" : "--wrong";
        cell.style.background = `color-mix(in srgb, var(${color}) ${strength}%, var(--card))`;
        if (strength > 55) cell.style.color = "var(--accent-ink)";
        cell.title = `${count} of ${total} digits ${label} read as ${read}`;
      }
      line.append(cell);
    });
    return line;
  });
  table.replaceChildren(heading, ...rows);
}

/** So many are shown. */
const MOST_WRONG = 18;

/** The digits that were read wrongly. */
export function wrong(list: HTMLElement, note: HTMLElement, test: DigitSet, predictions: Int32Array | null): void {
  const found = predictions === null ? [] : [...predictions.keys()].filter((i) => predictions[i] !== test.labels[i]);
  if (predictions !== null) {
    note.textContent =
      found.length === 0
        ? `All ${test.count} test digits are read correctly.`
        : `${found.length} of ${test.count} test digits; what was read is red.`;
  }
  list.replaceChildren(
    ...found.slice(0, MOST_WRONG).map((i) => {
      const [item, canvas] = [make("li"), make("canvas")];
      item.append(canvas, make("b", String(predictions![i])), ` is a ${test.labels[i]}`);
      // Its colour is known once it is in the page.
      queueMicrotask(() => paintPixels(canvas, test.images.subarray(i * PIXELS, (i + 1) * PIXELS)));
      return item;
    }),
  );
}
