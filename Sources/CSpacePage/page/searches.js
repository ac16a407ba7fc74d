// Losses and searches in a state of the gap, from cosines as they were before it.
import { baseCosine, cosineAfter, tie } from "./space.js";

/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("./space.js").Moved} Moved */

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
