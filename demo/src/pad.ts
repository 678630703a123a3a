/** The drawing area: strokes become 8 by 8 pixels as the digits of the data were made. */

type Point = readonly [x: number, y: number];

/** The bitmap that the data's digits were scanned to, the width of a stroke in it, and how wide digits are at most. */
const BITMAP = 32;
const STROKE = 5.5;
const WIDEST = 25;
const CELL = 4;
/** Coordinates of strokes go from 0 to this. */
const SIDE = 320;

/** Listens to a pointer, and tells what was drawn. */
export class Pad {
  private readonly canvas: HTMLCanvasElement;
  private readonly tell: (pixels: Float32Array | null) => void;
  private strokes: Point[][] = [];
  private image: Float32Array | null = null;

  /** @param tell gets 64 values of ink from 0 to 1, or null once there is nothing */
  constructor(canvas: HTMLCanvasElement, tell: (pixels: Float32Array | null) => void) {
    this.canvas = canvas;
    this.tell = tell;
    let drawing: number | null = null;
    canvas.addEventListener("pointerdown", (event) => {
      drawing = event.pointerId;
      canvas.setPointerCapture(event.pointerId);
      if (this.image !== null) this.clear();
      this.strokes.push([this.at(event)]);
      this.changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== drawing) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.strokes.at(-1)!.push(this.at(each));
      this.strokes.at(-1)!.push(this.at(event));
      this.changed();
    });
    const end = (event: PointerEvent): void => {
      if (event.pointerId === drawing) drawing = null;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || event.key === "Delete" || event.key === "Backspace") this.clear();
    });
  }

  private at(event: PointerEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE];
  }

  clear(): void {
    this.strokes = [];
    this.image = null;
    this.changed();
  }

  /** Shows a digit of 8 by 8 pixels in place of a drawing. */
  show(pixels: Float32Array): void {
    this.strokes = [];
    this.image = pixels;
    this.changed();
  }

  /** Draws what there is, in the colours of the theme. */
  paint(): void {
    const context = this.canvas.getContext("2d")!;
    context.clearRect(0, 0, SIDE, SIDE);
    const ink = getComputedStyle(this.canvas).color;
    if (this.image === null) {
      strokeAll(context, this.strokes, 20, ink);
      return;
    }
    context.fillStyle = ink;
    this.image.forEach((value, p) => {
      context.globalAlpha = value;
      context.fillRect((p % 8) * 40, Math.floor(p / 8) * 40, 40, 40);
    });
    context.globalAlpha = 1;
  }

  private changed(): void {
    this.paint();
    this.tell(this.image ?? (this.strokes.length === 0 ? null : pixelsOf(this.strokes)));
  }
}

function strokeAll(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly (readonly Point[])[],
  width: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [first, ...rest] of strokes) {
    context.beginPath();
    context.moveTo(...first!);
    for (const point of rest.length === 0 ? [first!] : rest) context.lineTo(...point);
    context.stroke();
  }
}

/** The drawing as tall as the bitmap and in its middle, then the share of ink in each of its cells. */
function pixelsOf(strokes: readonly (readonly Point[])[]): Float32Array {
  const points = strokes.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = Math.min((BITMAP - STROKE) / Math.max(height, 1), (WIDEST - STROKE) / Math.max(width, 1));
  const place = ([x, y]: Point): Point => [
    (x - left - width / 2) * scale + BITMAP / 2,
    (y - top - height / 2) * scale + BITMAP / 2,
  ];
  const context = new OffscreenCanvas(BITMAP, BITMAP).getContext("2d", { willReadFrequently: true })!;
  strokeAll(
    context,
    strokes.map((stroke) => stroke.map(place)),
    STROKE,
    "#000",
  );
  const { data } = context.getImageData(0, 0, BITMAP, BITMAP);
  const pixels = new Float32Array(64);
  for (let y = 0; y < BITMAP; y++) {
    for (let x = 0; x < BITMAP; x++) {
      const isInk = data[(y * BITMAP + x) * 4 + 3]! > 127;
      if (isInk) pixels[Math.floor(y / CELL) * 8 + Math.floor(x / CELL)]! += 1 / CELL ** 2;
    }
  }
  return pixels;
}

/** Draws 8 by 8 pixels into a canvas of that size. */
export function paintPixels(canvas: HTMLCanvasElement, pixels: Float32Array | null): void {
  [canvas.width, canvas.height] = [8, 8];
  const context = canvas.getContext("2d")!;
  context.fillStyle = getComputedStyle(canvas).color;
  pixels?.forEach((value, p) => {
    context.globalAlpha = value;
    context.fillRect(p % 8, Math.floor(p / 8), 1, 1);
  });
}
