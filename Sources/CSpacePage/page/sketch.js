// Small things that views draw and compute with.

/** @typedef {import("./map.js").Data} Data */

/**
 * The pictures of a pair from its sheet.
 * @param {CanvasRenderingContext2D} context
 * @param {Data} data
 * @param {number} pair
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
export function drawThumbnail(context, data, pair, x, y, side) {
  const t = data.facts.thumbnails;
  if (!t) return;
  const sheet = data.sheets[Math.floor(pair / t.perSheet)];
  const place = pair % t.perSheet;
  if (sheet) {
    context.drawImage(sheet, (place % t.columns) * t.side, Math.floor(place / t.columns) * t.side, t.side, t.side, x, y, side, side);
  }
}

/**
 * @param {string} text
 * @param {number} most
 */
export function shortened(text, most) { return text.length <= most ? text : text.slice(0, most - 1).trimEnd() + "…"; }

/**
 * @param {ArrayLike<number>} values
 * @returns {[number, number]}
 */
export function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, Math.max(high, low + 1e-9)];
}

/**
 * In an order that looks random and is always the same.
 * @param {number[]} items
 */
export function mix(items) {
  let seed = 1;
  for (let i = items.length - 1; i > 0; i--) {
    seed = (seed * 48271) % 2147483647;
    const j = seed % (i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}

/**
 * Whether a place lies within a closed path.
 * @param {number[][]} path
 * @param {number} x
 * @param {number} y
 */
export function within(path, x, y) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const ay = path[i][1];
    const by = path[j][1];
    if (ay > y === by > y) continue;
    if (x < ((path[j][0] - path[i][0]) * (y - ay)) / (by - ay) + path[i][0]) inside = !inside;
  }
  return inside;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 * @param {string} edge
 */
export function star(context, x, y, radius, colour, edge) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const [r, angle] = [k % 2 ? radius * 0.45 : radius, (k * Math.PI) / 5 - Math.PI / 2];
    context[k ? "lineTo" : "moveTo"](x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}
