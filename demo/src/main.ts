/** The page: what was drawn is classified, and the classifier trained. */
import { Chart } from "./chart.ts";
import { type Digits, loadDigits, PIXELS } from "./data.ts";
import { Classifier, copyState, freshState, guesses } from "./model.ts";
import { Pad, paintPixels } from "./pad.ts";
import { RUNTIMES, type RuntimeName, runEpoch, start } from "./runtimes.ts";
import { keep, restore } from "./store.ts";
import { bars, confusion, element, wrong } from "./view.ts";

/** For those who drive the page by a program: all losses so far, and the probabilities of what is drawn. */
export interface Demo {
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
  readonly isTraining: boolean;
  readonly probabilities: readonly number[] | null;
}

declare global {
  interface Window {
    demo?: Demo;
  }
}

/** An epoch takes at least so many ms, so that there is something to see. */
const LEAST_TIME = 80;
const STEPS = Math.floor(1437 / 32);
const url = new URL("digits.bin", document.baseURI).href;

const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
const text = (id: string, value: string): void => {
  document.getElementById(id)!.textContent = value;
};
const say = (message: string): void => text("message", message);
const reason = (e: unknown): string => (e instanceof Error ? e.message : String(e));

class Page {
  losses: number[] = [];
  accuracies: number[] = [];
  isTraining = false;
  probabilities: readonly number[] | null = null;
  private epoch = 0;
  private runtime: RuntimeName = "wasm";
  /** The runtime whose backend is in use. */
  private started: RuntimeName | null = null;
  private classifier: Classifier;
  private predictions: Int32Array | null = null;
  private pixels: Float32Array | null = null;
  private samples = 0;
  private readonly digits: Digits;
  private readonly chart = new Chart(element("chart", HTMLElement));
  private readonly pad: Pad;
  private readonly setBars = bars(element("bars", HTMLElement));
  private isReading = false;

  constructor(digits: Digits) {
    this.digits = digits;
    this.classifier = new Classifier(freshState());
    this.pad = new Pad(element("pad", HTMLCanvasElement), (pixels) => {
      this.pixels = pixels;
      void this.read();
    });
    this.choices();
    button("clear").onclick = () => this.pad.clear();
    button("sample").onclick = () => this.sample();
    button("start").onclick = () => void this.train();
    button("reset").onclick = () => this.reset();
    button("save").onclick = () => void this.save();
    button("load").onclick = () => void this.load();
    this.theme();
    this.draw();
  }

  private choices(): void {
    const group = element("runtimes", HTMLElement);
    for (const [name, title] of Object.entries(RUNTIMES)) {
      const [label, input] = [document.createElement("label"), document.createElement("input")];
      Object.assign(input, { type: "radio", name: "runtime", value: name, checked: name === this.runtime });
      input.onchange = () => {
        this.runtime = name as RuntimeName;
        if (this.isTraining) say(`goes on with ${title} after this epoch`);
      };
      label.append(input, title);
      group.append(label);
    }
  }

  private theme(): void {
    const root = document.documentElement;
    const kept = localStorage.getItem("theme");
    root.dataset.theme = kept ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    button("theme").onclick = () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
      this.draw();
      this.pad.paint();
      paintPixels(element("seen", HTMLCanvasElement), this.pixels);
    };
  }

  /** A digit of the test set in place of a drawing: for those who do not draw. */
  private sample(): void {
    const { images, count } = this.digits.test;
    const at = (this.samples++ * 7) % count;
    this.pad.show(images.slice(at * PIXELS, (at + 1) * PIXELS));
  }

  /** Classifies what is drawn; while one reading is under way, others wait. */
  private async read(): Promise<void> {
    paintPixels(element("seen", HTMLCanvasElement), this.pixels);
    if (this.isReading) return;
    this.isReading = true;
    try {
      for (let read: Float32Array | null | undefined; read !== this.pixels; ) {
        read = this.pixels;
        const found = read === null ? null : await this.classifier.probabilities(read);
        this.probabilities = found === null ? null : [...found];
        this.setBars(found);
        text("guess", found === null ? "–" : String(guesses(found)[0]));
      }
    } catch (e) {
      say(reason(e));
    } finally {
      this.isReading = false;
    }
  }

  private async train(): Promise<void> {
    const control = button("start");
    if (this.isTraining) {
      this.isTraining = false;
      control.textContent = "Stopping…";
      return;
    }
    this.isTraining = true;
    control.textContent = "Pause";
    for (const id of ["reset", "save", "load"]) button(id).disabled = true;
    const end = this.epoch + element("epochs", HTMLInputElement).valueAsNumber;
    try {
      while (this.isTraining && this.epoch < end) await this.trainEpoch();
    } catch (e) {
      say(reason(e));
    }
    this.isTraining = false;
    control.textContent = "Train";
    for (const id of ["reset", "save", "load"]) button(id).disabled = false;
  }

  private async trainEpoch(): Promise<void> {
    if (this.started !== this.runtime) {
      const name = this.runtime;
      say("starting …");
      const special = await start(name);
      this.started = name;
      say(special === "" ? `runs on ${RUNTIMES[name]}` : `runs on ${RUNTIMES[name]}: ${special}`);
    }
    const begin = performance.now();
    let drawn = begin;
    const found = await runEpoch(this.started, this.classifier, this.digits, this.epoch + 1, url, (loss) => {
      this.losses.push(loss);
      if (performance.now() - drawn < 100) return;
      drawn = performance.now();
      this.chart.draw(this.losses, this.accuracies, STEPS);
    });
    const seconds = (performance.now() - begin) / 1000;
    this.classifier = found.classifier;
    this.epoch++;
    this.predictions = found.predictions;
    const { labels, count } = this.digits.test;
    this.accuracies.push(found.predictions.filter((p, i) => p === labels[i]).length / count);
    text("speed", (found.losses.length / seconds).toFixed(0));
    text("memory", `${(found.heapBytes / 2 ** 20).toFixed(1)} MB`);
    this.draw();
    void this.read();
    const left = LEAST_TIME - (performance.now() - begin);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  private draw(): void {
    const { test } = this.digits;
    text("epoch", String(this.epoch));
    text("accuracy", this.accuracies.length === 0 ? "–" : `${(100 * this.accuracies.at(-1)!).toFixed(1)}%`);
    this.chart.draw(this.losses, this.accuracies, STEPS);
    confusion(element("confusion", HTMLTableElement), test, this.predictions);
    wrong(element("wrong", HTMLElement), element("wrong-note", HTMLElement), test, this.predictions);
  }

  private become(
    classifier: Classifier,
    epoch: number,
    losses: readonly number[],
    accuracies: readonly number[],
  ): void {
    this.classifier = classifier;
    this.epoch = epoch;
    this.losses = [...losses];
    this.accuracies = [...accuracies];
    this.predictions = null;
    this.draw();
    void this.read();
  }

  private reset(): void {
    this.become(new Classifier(freshState()), 0, [], []);
    say("a classifier that has learned nothing");
  }

  private async save(): Promise<void> {
    try {
      const { epoch, losses, accuracies } = this;
      const bytes = await keep(this.classifier.state, { epoch, losses, accuracies });
      const link = element("download", HTMLAnchorElement);
      URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(new Blob([bytes]));
      link.hidden = false;
      say(`saved in this browser (${(bytes.length / 1024).toFixed(0)} KB)`);
    } catch (e) {
      say(reason(e));
    }
  }

  private async load(): Promise<void> {
    try {
      const kept = await restore();
      if (kept === null) {
        say("nothing was saved in this browser yet");
        return;
      }
      const { epoch, losses, accuracies } = kept.history;
      this.become(new Classifier(await copyState(kept.state)), epoch, losses, accuracies);
      this.predictions = guesses(await this.classifier.probabilities(this.digits.test.images));
      this.draw();
      say(`loaded, after ${epoch} epochs`);
    } catch (e) {
      say(reason(e));
    }
  }
}

try {
  await start("wasm");
  window.demo = new Page(await loadDigits(url));
} catch (e) {
  say(reason(e));
}
