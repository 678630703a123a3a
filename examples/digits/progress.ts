import { Presets, SingleBar } from "cli-progress";

/** Where training stands. */
export interface Status {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  /** The share of test digits read correctly, 0..1; when left out, the last one known is shown. */
  readonly accuracy?: number;
}

/** Shows training as it goes. */
export interface Progress {
  /** To be called after each step. */
  step(status: Status): void;
  /** To be called after each epoch, with its test accuracy. */
  epoch(status: Status): void;
  /** Ends the display. */
  stop(): void;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Counts steps against the clock since its creation. */
function speedometer(): { count: number; text(): string } {
  const start = performance.now();
  return {
    count: 0,
    text() {
      const seconds = (performance.now() - start) / 1000;
      return (this.count / Math.max(seconds, 1e-3)).toFixed(0);
    },
  };
}

function barProgress(epochs: number, stepsPerEpoch: number): Progress {
  const bar = new SingleBar(
    {
      format: `epoch {epoch}/${epochs} {bar} {percentage}%  loss {loss}  accuracy {accuracy}  {speed} steps/s`,
      barsize: 28,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  const speed = speedometer();
  let accuracy = "-";
  const show = (status: Status): void => {
    if (status.accuracy !== undefined) accuracy = percent(status.accuracy);
    bar.update(speed.count, { epoch: status.epoch, loss: status.loss.toFixed(4), accuracy, speed: speed.text() });
  };
  bar.start(epochs * stepsPerEpoch, 0, { epoch: 1, loss: "-", accuracy: "-", speed: "-" });
  return {
    step(status) {
      speed.count++;
      show(status);
    },
    epoch: show,
    stop: () => bar.stop(),
  };
}

function lineProgress(epochs: number): Progress {
  const speed = speedometer();
  return {
    step() {
      speed.count++;
    },
    epoch({ epoch, loss, accuracy }) {
      const read = accuracy === undefined ? "-" : percent(accuracy);
      const place = `${String(epoch).padStart(String(epochs).length)}/${epochs}`;
      console.log(`epoch ${place}  loss ${loss.toFixed(4)}  accuracy ${read}  ${speed.text()} steps/s`);
    },
    stop() {},
  };
}

/** A bar on a terminal, one plain line an epoch elsewhere. */
export function createProgress(epochs: number, stepsPerEpoch: number): Progress {
  return process.stdout.isTTY ? barProgress(epochs, stepsPerEpoch) : lineProgress(epochs);
}
