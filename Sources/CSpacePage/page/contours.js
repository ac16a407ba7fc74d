// Where points lie densely: lines that hold a quarter, a half and three quarters of them.
import { kindColours } from "./colours.js";

/** @typedef {{colour: string, share: number, segments: Float32Array}} Contour segments [k, 4] on the map: from x, y to x, y */

/** Cells along the longer side; points are spread over about 1/25 of it. */
const cells = 80;

/**
 * Lines for each kind of points, or for pairs where a pair is one point; of the lit ones only.
 * @param {import("./map.js").MapView} view
 * @returns {Contour[]}
 */
export function contoursOf(view) {
  const { state, target, count } = view;
  const colours = kindColours();
  const kinds = count === state.pairs ? [[0, count, view.paints.quiet]]
    : [[0, state.pairs, colours[0]], [state.pairs, count, colours[1]]];
  const { left, right, low, high } = view.index.box;
  const side = Math.max(right - left, high - low, 1e-9) * 1.2;
  const [x, y] = [(left + right - side) / 2, (low + high - side) / 2];
  return kinds.flatMap(([from, to, colour]) => {
    const places = [];
    for (let i = Number(from); i < Number(to); i++) {
      if (state.isLit(i)) places.push((target[2 * i] - x) / side * cells, (target[2 * i + 1] - y) / side * cells);
    }
    if (places.length < 20) return [];
    const density = smoothed(places);
    const own = /** @type {number[]} */ ([]);
    for (let k = 0; k < places.length; k += 2) own.push(valueAt(density, places[k], places[k + 1]));
    own.sort((p, q) => q - p);
    return [0.25, 0.5, 0.75].map((share) => ({
      colour: String(colour), share, segments: lineAt(density, own[Math.floor(share * (own.length - 1))], x, y, side / cells),
    }));
  });
}

/**
 * Points counted in cells and spread by three means of five cells, along and across.
 * @param {number[]} places [points, 2] in cells
 */
function smoothed(places) {
  let grid = new Float32Array(cells * cells);
  for (let k = 0; k < places.length; k += 2) {
    const [column, row] = [Math.floor(places[k]), Math.floor(places[k + 1])];
    if (column >= 0 && row >= 0 && column < cells && row < cells) grid[row * cells + column]++;
  }
  for (let pass = 0; pass < 6; pass++) {
    const step = pass % 2 ? cells : 1;
    const next = new Float32Array(cells * cells);
    for (let k = 0; k < grid.length; k++) {
      const at = step === 1 ? k % cells : Math.floor(k / cells);
      for (let d = -2; d <= 2; d++) if (at + d >= 0 && at + d < cells) next[k] += grid[k + d * step] / 5;
    }
    grid = next;
  }
  return grid;
}

/**
 * Between the middles of cells, straight.
 * @param {Float32Array} grid
 * @param {number} x
 * @param {number} y in cells
 */
function valueAt(grid, x, y) {
  const [u, v] = [Math.min(Math.max(x - 0.5, 0), cells - 1.001), Math.min(Math.max(y - 0.5, 0), cells - 1.001)];
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [p, q, at] = [u - i, v - j, j * cells + i];
  return (1 - q) * ((1 - p) * grid[at] + p * grid[at + 1]) + q * ((1 - p) * grid[at + cells] + p * grid[at + cells + 1]);
}

/**
 * The line at a density (marching squares), on the map.
 * @param {Float32Array} grid
 * @param {number} level
 * @param {number} left
 * @param {number} low
 * @param {number} size of a cell
 */
function lineAt(grid, level, left, low, size) {
  /** @type {number[]} */
  const segments = [];
  for (let row = 0; row + 1 < cells; row++) {
    for (let column = 0; column + 1 < cells; column++) {
      const at = row * cells + column;
      const corners = [grid[at], grid[at + 1], grid[at + cells + 1], grid[at + cells]];
      const ends = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]];
        if (a >= level === b >= level) continue;
        const part = (level - a) / (b - a);
        const [x, y] = [[part, 0], [1, part], [1 - part, 1], [0, 1 - part]][k];
        ends.push(left + (column + 0.5 + x) * size, low + (row + 0.5 + y) * size);
      }
      for (let k = 0; k + 3 < ends.length; k += 4) segments.push(ends[k], ends[k + 1], ends[k + 2], ends[k + 3]);
    }
  }
  return Float32Array.from(segments);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./map.js").MapView} view
 */
export function drawContours(context, view) {
  const { camera, over } = view;
  const place = (/** @type {number} */ x, /** @type {number} */ y) =>
    [(x - camera.x) * camera.scale + over.clientWidth / 2, over.clientHeight / 2 - (y - camera.y) * camera.scale];
  for (const { colour, share, segments } of view.contours) {
    context.beginPath();
    for (let k = 0; k < segments.length; k += 4) {
      const [[x, y], [u, v]] = [place(segments[k], segments[k + 1]), place(segments[k + 2], segments[k + 3])];
      context.moveTo(x, y);
      context.lineTo(u, v);
    }
    context.strokeStyle = colour;
    context.globalAlpha = 1.1 - share;
    context.lineWidth = 1.6;
    context.stroke();
  }
  context.globalAlpha = 1;
}
