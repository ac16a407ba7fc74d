// The space itself: rows, and what moving the two kinds towards each other makes of their cosines. Rows are unit rows,
// pictures 0..n-1, texts n..2n-1.
//
// Every state of the gap adds one vector to all pictures and one to all texts, both made of the two means, and divides
// by the new lengths. So the cosines before and two numbers a row are enough for the cosines after.

/**
 * @typedef {{images: number, crossed: number, texts: number}} Means dot products of the means
 * @typedef {{pairs: number, columns: number, rows: Float32Array | Int16Array | Int8Array, steps: Float32Array | null,
 *   signs: Int8Array | null, toImage: Float64Array, toText: Float64Array, means: Means, distance: number}} Space
 * @typedef {{a: number, b: number, c: number, e: number}} Shift pictures + a·(mean picture) + b·(mean text), texts + c·… + e·…
 * @typedef {{images: Float64Array, texts: Float64Array, lengths: Float64Array, xx: number, xy: number, yy: number}} Moved
 * @typedef {{distance: number, loss: number, published: number | null, sample: number, imageToText: number[],
 *   textToImage: number[], mixed: number, histograms: number[][]}} Figures
 */

/** Batches of the loss, as `space gap` has them unless told otherwise. */
export const tie = 1e-12;

/**
 * Pictures moved by -λu/2, texts by +λu/2, u being the direction of the gap.
 * @param {number} lambda
 * @param {number} distance of the means
 * @returns {Shift}
 */
export function shiftBy(lambda, distance) {
  const part = distance > 1e-14 ? lambda / (2 * distance) : 0;
  return { a: -part, b: part, c: part, e: -part };
}

/** @type {Shift} Each kind less its own mean. */
export const centring = { a: -1, b: 0, c: 0, e: -1 };

/**
 * What a shift makes of every row: products with what is added, and lengths.
 * @param {{pairs: number, toImage: Float64Array, toText: Float64Array, means: Means}} space
 * @param {Shift} s
 * @returns {Moved}
 */
export function movedBy(space, s) {
  const { pairs, toImage, toText, means } = space;
  const images = new Float64Array(2 * pairs);
  const texts = new Float64Array(2 * pairs);
  const lengths = new Float64Array(2 * pairs);
  const product = (/** @type {number} */ p, /** @type {number} */ q, /** @type {number} */ r, /** @type {number} */ t) =>
    p * r * means.images + (p * t + q * r) * means.crossed + q * t * means.texts;
  const xx = product(s.a, s.b, s.a, s.b);
  const xy = product(s.a, s.b, s.c, s.e);
  const yy = product(s.c, s.e, s.c, s.e);
  for (let i = 0; i < 2 * pairs; i++) {
    images[i] = s.a * toImage[i] + s.b * toText[i];
    texts[i] = s.c * toImage[i] + s.e * toText[i];
    lengths[i] = Math.sqrt(Math.max(1 + (i < pairs ? 2 * images[i] + xx : 2 * texts[i] + yy), 1e-30));
  }
  return { images, texts, lengths, xx, xy, yy };
}

/**
 * The cosine of two rows after a shift.
 * @param {number} base their cosine before
 * @param {number} i
 * @param {number} j
 * @param {number} pairs
 * @param {Moved} m
 */
export function cosineAfter(base, i, j, pairs, m) {
  const first = i < pairs;
  const second = j < pairs;
  const added = (second ? m.images[i] : m.texts[i]) + (first ? m.images[j] : m.texts[j])
    + (first ? (second ? m.xx : m.xy) : second ? m.xy : m.yy);
  return (base + added) / (m.lengths[i] * m.lengths[j]);
}

/**
 * The sum of products of two rows.
 * @param {Float32Array | Int16Array} rows
 * @param {number} p
 * @param {number} q where they begin
 * @param {number} count
 */
function ofNumbers(rows, p, q, count) {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += rows[p + k] * rows[q + k];
  return sum;
}

/**
 * The same of bytes, in whole numbers: 2^16 products of bytes do not overflow.
 * @param {Int8Array} rows
 * @param {number} p
 * @param {number} q
 * @param {number} count
 */
function ofBytes(rows, p, q, count) {
  let [a, b, k] = [0, 0, 0];
  for (; k + 3 < count; k += 4) {
    a = (a + Math.imul(rows[p + k], rows[q + k]) + Math.imul(rows[p + k + 1], rows[q + k + 1])) | 0;
    b = (b + Math.imul(rows[p + k + 2], rows[q + k + 2]) + Math.imul(rows[p + k + 3], rows[q + k + 3])) | 0;
  }
  for (; k < count; k++) a = (a + Math.imul(rows[p + k], rows[q + k])) | 0;
  return a + b;
}

/**
 * The cosine of two rows as stored.
 * @param {Space} space
 * @param {number} i
 * @param {number} j
 */
export function baseCosine(space, i, j) {
  const { rows, columns, steps } = space;
  const sum = rows instanceof Int8Array ? ofBytes(rows, i * columns, j * columns, columns)
    : ofNumbers(rows, i * columns, j * columns, columns);
  return steps ? sum * steps[i] * steps[j] : sum;
}

/**
 * Cosines of some items, pictures first: [2m, 2m].
 * @param {Space} space
 * @param {ArrayLike<number>} items pairs
 * @param {Float32Array | Float64Array} out
 */
export function baseBlock(space, items, out) {
  for (let p = 0; p < 2 * items.length; p++) baseLine(space, items, out, p);
  return out;
}

/**
 * One line of such a block as far as its diagonal, and the column like it.
 * @param {Space} space
 * @param {ArrayLike<number>} items
 * @param {Float32Array | Float64Array} out
 * @param {number} p
 */
export function baseLine(space, items, out, p) {
  const m = items.length;
  const at = (/** @type {number} */ place) => place < m ? items[place] : space.pairs + items[place - m];
  out[p * 2 * m + p] = 1;
  for (let q = 0; q < p; q++) {
    const value = baseCosine(space, at(p), at(q));
    out[p * 2 * m + q] = value;
    out[q * 2 * m + p] = value;
  }
}

/**
 * A row as stored, times its unit.
 * @param {Space} space
 * @param {number} i
 */
export function rowOf(space, i) {
  const row = new Float64Array(space.columns);
  const step = space.steps ? space.steps[i] : 1;
  for (let k = 0; k < space.columns; k++) row[k] = space.rows[i * space.columns + k] * step;
  return row;
}

/**
 * A vector from outside in the coordinates of the stored rows.
 * @param {Space} space
 * @param {ArrayLike<number>} vector
 */
export function turned(space, vector) {
  const size = space.columns;
  const values = new Float64Array(size);
  for (let k = 0; k < size; k++) values[k] = k < vector.length ? vector[k] * (space.signs ? space.signs[k] : 1) : 0;
  if (!space.signs) return values;
  for (let half = 1; half < size; half *= 2) {
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = start; k < start + half; k++) {
        const [a, b] = [values[k], values[k + half]];
        values[k] = a + b;
        values[k + half] = a - b;
      }
    }
  }
  return values.map((value) => value / Math.sqrt(size));
}

/**
 * Products of one vector with all rows as stored: [2n].
 * @param {Space} space
 * @param {Float64Array} vector
 */
export function products(space, vector) {
  const { rows, columns, steps, pairs } = space;
  const out = new Float64Array(2 * pairs);
  for (let i = 0, p = 0; i < 2 * pairs; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++, p++) sum += rows[p] * vector[k];
    out[i] = steps ? sum * steps[i] : sum;
  }
  return out;
}

/**
 * Weighted sum of all rows as stored: [columns].
 * @param {Space} space
 * @param {ArrayLike<number>} weights [2n]
 * @param {number} [from]
 * @param {number} [to]
 */
export function weightedSum(space, weights, from = 0, to = 2 * space.pairs) {
  const { rows, columns, steps } = space;
  const out = new Float64Array(columns);
  for (let i = from, p = from * columns; i < to; i++) {
    const weight = steps ? weights[i] * steps[i] : weights[i];
    for (let k = 0; k < columns; k++, p++) out[k] += weight * rows[p];
  }
  return out;
}
