// The cells of the matrix and what their colours mean.
import { cosineRamp } from "./colours.js";
import { signed } from "./numbers.js";
import { movedBy } from "./space.js";

/**
 * Cosines of the state, and their colours.
 * @param {import("./matrix.js").MatrixView} view
 */
export function colourCells(view) {
  const { base, items, state } = view;
  if (!base) return;
  const [m, n] = [items.length, state.pairs];
  const moved = movedBy(view.space, state.shift());
  const at = Array.from({ length: 2 * m }, (_, k) => (k < m ? items[k] : n + items[k - m]));
  if (view.values.length !== base.length) view.values = new Float32Array(base.length);
  if (!view.low) view.low = base.reduce((least, value) => Math.min(least, value), 1) < -0.3 ? -1 : -0.25;
  const ramp = cosineRamp(view.low);
  showRamp(ramp, view.low);
  const image = new ImageData(2 * m, 2 * m);
  const pixels = new Uint32Array(image.data.buffer);
  const factor = 255 / (1 - view.low);
  // As `cosineAfter` has it, with what a row and a quarter share taken out of the inner loop.
  const { values, low } = view;
  const inverse = Float64Array.from(at, (item) => 1 / moved.lengths[item]);
  for (const second of [false, true]) {
    const column = Float64Array.from(at, (item) => (second ? moved.texts : moved.images)[item]);
    for (let p = second ? m : 0; p < (second ? 2 * m : m); p++) {
      for (const isText of [false, true]) {
        const own = (isText ? moved.texts : moved.images)[at[p]] + (second === isText ? (second ? moved.yy : moved.xx) : moved.xy);
        for (let q = isText ? m : 0, k = p * 2 * m + q; q < (isText ? 2 * m : m); q++, k++) {
          const value = (base[k] + own + column[q]) * inverse[p] * inverse[q];
          values[k] = value;
          const step = (value - low) * factor + 0.5;
          pixels[k] = ramp[step < 0 ? 0 : step > 255 ? 255 : step | 0];
        }
      }
      values[p * 2 * m + p] = 1;
      pixels[p * 2 * m + p] = ramp[255];
    }
  }
  view.canvas.width = view.canvas.height = 2 * m;
  /** @type {CanvasRenderingContext2D} */ (view.canvas.getContext("2d")).putImageData(image, 0, 0);
}

/**
 * @param {Uint32Array} ramp
 * @param {number} low
 */
function showRamp(ramp, low) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById("ramp"));
  const image = new ImageData(256, 1);
  new Uint32Array(image.data.buffer).set(ramp);
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  const ticks = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".ticks span"));
  ticks[0].textContent = signed(low, 2).replace("0.", ".").replace(".00", "");
  ticks[1].style.left = `${(100 * -low) / (1 - low)}%`;
  ticks[2].style.left = `${(100 * (0.5 - low)) / (1 - low)}%`;
}
