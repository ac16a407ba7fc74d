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
 * The cosine of two rows as stored.
 * @param {Space} space
 * @param {number} i
 * @param {number} j
 */
export function baseCosine(space, i, j) {
  const { rows, columns, steps } = space;
  let sum = 0;
  for (let k = 0, p = i * columns, q = j * columns; k < columns; k++) sum += rows[p + k] * rows[q + k];
  return steps ? sum * steps[i] * steps[j] : sum;
}

/**
 * Cosines of some items, pictures first: [2m, 2m].
 * @param {Space} space
 * @param {ArrayLike<number>} items pairs
 * @param {Float32Array | Float64Array} out
 */
export function baseBlock(space, items, out) {
  const m = items.length;
  const at = (/** @type {number} */ place) => place < m ? items[place] : space.pairs + items[place - m];
  for (let p = 0; p < 2 * m; p++) {
    out[p * 2 * m + p] = 1;
    for (let q = 0; q < p; q++) {
      const value = baseCosine(space, at(p), at(q));
      out[p * 2 * m + q] = value;
      out[q * 2 * m + p] = value;
    }
  }
  return out;
}

/**
 * Cosines of pictures with texts within batches, batch after batch.
 * @param {Space} space
 * @param {number} batch
 */
export function batchCosines(space, batch) {
  const { pairs } = space;
  const all = [];
  for (let start = 0; start < pairs; start += batch) {
    const size = Math.min(batch, pairs - start);
    const block = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) block[i * size + j] = baseCosine(space, start + i, pairs + start + j);
    }
    all.push(block);
  }
  return all;
}

/**
 * The contrastive loss after a shift: both directions and every pair; and as published, pictures to texts and whole
 * batches only.
 * @param {number} pairs
 * @param {Float64Array[]} batches
 * @param {number} batch
 * @param {Moved} m
 * @param {number} scale
 */
export function lossAfter(pairs, batches, batch, m, scale) {
  let rows = 0, columns = 0, whole = 0, wholeCount = 0;
  const after = new Float64Array(batch * batch);
  batches.forEach((block, number) => {
    const size = Math.round(Math.sqrt(block.length));
    const start = number * batch;
    for (let i = 0; i < size; i++) {
      const p = start + i;
      const own = m.texts[p] + m.xy;
      for (let j = 0; j < size; j++) {
        const q = pairs + start + j;
        after[i * size + j] = scale * (block[i * size + j] + own + m.images[q]) / (m.lengths[p] * m.lengths[q]);
      }
    }
    let ofRows = 0, ofColumns = 0;
    for (let i = 0; i < size; i++) {
      let rowTop = -Infinity, columnTop = -Infinity;
      for (let j = 0; j < size; j++) {
        rowTop = Math.max(rowTop, after[i * size + j]);
        columnTop = Math.max(columnTop, after[j * size + i]);
      }
      let row = 0, column = 0;
      for (let j = 0; j < size; j++) {
        row += Math.exp(after[i * size + j] - rowTop);
        column += Math.exp(after[j * size + i] - columnTop);
      }
      ofRows += rowTop + Math.log(row) - after[i * size + i];
      ofColumns += columnTop + Math.log(column) - after[i * size + i];
    }
    rows += ofRows;
    columns += ofColumns;
    if (size === batch) {
      whole += ofRows;
      wholeCount += size;
    }
  });
  return { loss: (rows + columns) / (2 * pairs), published: wholeCount ? whole / wholeCount : null };
}

/** Bins of a histogram of cosines. */
export const bins = { count: 80, low: -1, high: 1 };

/**
 * Searches among some pairs after a shift, and how their cosines are spread.
 * @param {ArrayLike<number>} items
 * @param {Float32Array | Float64Array} base [2m, 2m]
 * @param {number} pairs of the whole space
 * @param {Moved} moved
 */
export function searchesAfter(items, base, pairs, moved) {
  const m = items.length;
  const size = 2 * m;
  const at = Array.from({ length: size }, (_, place) => place < m ? items[place] : pairs + items[place - m]);
  const found = { imageToText: [0, 0, 0], textToImage: [0, 0, 0], mixed: 0 };
  const histograms = [0, 1, 2, 3].map(() => new Array(bins.count).fill(0));
  const line = new Float64Array(size);
  for (let p = 0; p < size; p++) {
    const partner = (p + m) % size;
    for (let q = 0; q < size; q++) line[q] = cosineAfter(base[p * size + q], at[p], at[q], pairs, moved);
    const least = line[partner] - tie;
    const other = p < m ? m : 0;
    let cross = 0, mixed = 0;
    for (let q = 0; q < size; q++) {
      if (q === p || line[q] < least) continue;
      mixed++;
      if (q >= other && q < other + m) cross++;
    }
    [1, 5, 10].forEach((k, slot) => {
      if (cross <= k) (p < m ? found.imageToText : found.textToImage)[slot] += 1 / m;
    });
    if (mixed <= 10) found.mixed += 1 / size;
    for (let q = 0; q < p; q++) {
      const kind = q === partner ? 2 : (p < m) === (q < m) ? (p < m ? 0 : 1) : 3;
      const bin = Math.floor((line[q] - bins.low) / (bins.high - bins.low) * bins.count);
      histograms[kind][Math.min(Math.max(bin, 0), bins.count - 1)]++;
    }
  }
  return { ...found, histograms };
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
