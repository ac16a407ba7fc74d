// Beside the page: all that needs the vectors. Asked by messages with a number, answers with the same number.
import { bytesOf } from "./blocks.js";
import { baseBlock, batchCosines, lossAfter, movedBy, products, rowOf, searchesAfter, turned, weightedSum } from "./space.js";

/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("./space.js").Shift} Shift */

/** @type {Space} */
let space;
/** @type {Float64Array[]} */
let batches;
let batchSize = 50;
let scale = 100;
/** @type {number[]} pairs whose searches are counted live */
let sample = [];
/** @type {Float32Array | Float64Array | null} */
let sampleBase = null;
/** @type {{image: Float64Array, text: Float64Array}} the means as stored */
let means;
/** @type {Float64Array[]} directions of the last components */
let basis = [];

const kinds = {
  /** @param {any} ask */
  load(ask) {
    const f = ask.facts;
    const bytes = bytesOf(ask.vectors);
    const rows = f.vectors.form === "float32" ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
      : f.vectors.form === "int16" ? new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
      : new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    space = {
      pairs: f.pairs, columns: f.vectors.columns, rows, steps: ask.steps, signs: ask.signs, toImage: ask.toImage,
      toText: ask.toText, means: f.means, distance: f.gap.distance,
    };
    [batchSize, scale] = [f.gap.batch, f.gap.scale];
    const ones = new Float64Array(2 * space.pairs).fill(1 / space.pairs);
    means = { image: weightedSum(space, ones, 0, space.pairs), text: weightedSum(space, ones, space.pairs) };
    const most = Math.min(space.pairs, 1000);
    sample = Array.from({ length: most }, (_, k) => Math.floor(k * space.pairs / most));
    return {};
  },

  /** @param {{items: number[]}} ask */
  matrix({ items }) {
    const base = baseBlock(space, items, new Float32Array(4 * items.length * items.length));
    return { base, transfer: [base.buffer] };
  },

  /** @param {{item: number}} ask */
  row({ item }) { return { row: rowOf(space, item) }; },

  /** @param {{shift: Shift}} ask */
  measure({ shift }) {
    const moved = movedBy(space, shift);
    batches = batches || batchCosines(space, batchSize);
    const size = 4 * sample.length * sample.length;
    sampleBase = sampleBase
      || baseBlock(space, sample, sample.length > 300 ? new Float32Array(size) : new Float64Array(size));
    const loss = lossAfter(space.pairs, batches, batchSize, moved, scale);
    return {
      distance: distanceAfter(shift, moved), ...loss, sample: sample.length,
      ...searchesAfter(sample, sampleBase, space.pairs, moved),
    };
  },

  /**
   * Cosines of a query with everything, the nearest of both kinds, and where it falls on a map.
   * @param {any} ask
   */
  ask({ query, shift, map, isLinear }) {
    const moved = movedBy(space, shift);
    const vector = queryVector(query, shift);
    const cosines = cosinesWith(vector, shift, moved);
    const own = query.length === 1 && query[0].item !== undefined ? query[0].item : -1;
    const place = map ? placeOn(map, cosines, shift, moved, isLinear) : null;
    const partner = own < 0 ? -1 : (own + space.pairs) % (2 * space.pairs);
    let rank = 0;
    if (partner >= 0) {
      const first = partner < space.pairs ? 0 : space.pairs;
      for (let i = first; i < first + space.pairs; i++) if (cosines[i] >= cosines[partner] - 1e-12) rank++;
    }
    return {
      images: nearest(cosines, 0, space.pairs, 6, own), texts: nearest(cosines, space.pairs, 2 * space.pairs, 6, own),
      cosine: partner < 0 ? null : cosines[partner], rank, place, partner,
    };
  },

  /**
   * Everything by its cosine with A and with B.
   * @param {any} ask
   */
  axes({ a, b, shift }) {
    const moved = movedBy(space, shift);
    const [x, y] = [a, b].map((query) => cosinesWith(queryVector(query, shift), shift, moved));
    const positions = new Float32Array(4 * space.pairs);
    for (let i = 0; i < 2 * space.pairs; i++) [positions[2 * i], positions[2 * i + 1]] = [x[i], y[i]];
    return { positions, transfer: [positions.buffer] };
  },

  /**
   * The two first principal components after a shift, by steps that begin where the last ended.
   * @param {any} ask
   */
  components({ shift, like, steps }) {
    const moved = movedBy(space, shift);
    const positions = componentsAfter(shift, moved, like, steps);
    return { positions, transfer: [positions.buffer] };
  },
};

/**
 * What is added to a picture or a text, as stored.
 * @param {boolean} isImage
 * @param {Shift} s
 */
function addend(isImage, s) {
  const [p, q] = isImage ? [s.a, s.b] : [s.c, s.e];
  return means.image.map((value, k) => p * value + q * means.text[k]);
}

/**
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** @param {Float64Array} v */
function unit(v) {
  const length = Math.sqrt(dot(v, v)) || 1;
  return v.map((value) => value / length);
}

/**
 * @param {Shift} shift
 * @param {import("./space.js").Moved} moved
 */
function meansAfter(shift, moved) {
  const n = space.pairs;
  const weights = moved.lengths.map((length) => 1 / (n * length));
  return [true, false].map((isImage) => {
    const [from, to] = isImage ? [0, n] : [n, 2 * n];
    const sum = weightedSum(space, weights, from, to);
    const added = addend(isImage, shift);
    let total = 0;
    for (let i = from; i < to; i++) total += weights[i];
    return sum.map((value, k) => value + total * added[k]);
  });
}

/**
 * @param {Shift} shift
 * @param {import("./space.js").Moved} moved
 */
function distanceAfter(shift, moved) {
  const [x, y] = meansAfter(shift, moved);
  const g = x.map((value, k) => value - y[k]);
  return Math.sqrt(dot(g, g));
}

/**
 * A unit vector in the moved space: a sum of items, and of captions' vectors, with signs.
 * @param {{item?: number, vector?: number[], sign: number}[]} query
 * @param {Shift} shift
 */
function queryVector(query, shift) {
  const sum = new Float64Array(space.columns);
  for (const part of query) {
    const isImage = part.item !== undefined && part.item < space.pairs;
    const row = part.item !== undefined ? rowOf(space, part.item) : turned(space, part.vector || []);
    const added = addend(isImage, shift);
    const one = unit(row.map((value, k) => value + added[k]));
    for (let k = 0; k < sum.length; k++) sum[k] += part.sign * one[k];
  }
  return unit(sum);
}

/**
 * @param {Float64Array} vector
 * @param {Shift} shift
 * @param {import("./space.js").Moved} moved
 */
function cosinesWith(vector, shift, moved) {
  const out = products(space, vector);
  const [x, y] = [dot(vector, addend(true, shift)), dot(vector, addend(false, shift))];
  for (let i = 0; i < out.length; i++) out[i] = (out[i] + (i < space.pairs ? x : y)) / moved.lengths[i];
  return out;
}

/**
 * @param {Float64Array} cosines
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @param {number} own
 */
function nearest(cosines, from, to, count, own) {
  /** @type {{item: number, cosine: number}[]} */
  const best = [];
  for (let i = from; i < to; i++) {
    if (i === own || (best.length === count && cosines[i] <= best[count - 1].cosine)) continue;
    let place = best.length;
    while (place > 0 && best[place - 1].cosine < cosines[i]) place--;
    best.splice(place, 0, { item: i, cosine: cosines[i] });
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * Where a vector falls on a map. On principal components exactly, through the products with all points; on others at
 * the weighted mean of its 15 nearest captions.
 * @param {Float32Array} map
 * @param {Float64Array} cosines
 * @param {Shift} shift
 * @param {import("./space.js").Moved} moved
 * @param {boolean} isLinear
 */
function placeOn(map, cosines, shift, moved, isLinear) {
  const total = 2 * space.pairs;
  if (isLinear && map.length === 2 * total) {
    const mean = meansAfter(shift, moved).reduce((x, y) => x.map((value, k) => (value + y[k]) / 2));
    const ofMean = cosinesWith(mean, shift, moved);
    const weights = cosines.map((value, i) => value - ofMean[i]);
    const centre = weights.reduce((sum, value) => sum + value, 0) / total;
    let [xx, xy, yy, xw, yw] = [0, 0, 0, 0, 0];
    for (let i = 0; i < total; i++) {
      const [x, y, w] = [map[2 * i], map[2 * i + 1], weights[i] - centre];
      xx += x * x; xy += x * y; yy += y * y; xw += x * w; yw += y * w;
    }
    const size = xx * yy - xy * xy || 1;
    return [(yy * xw - xy * yw) / size, (xx * yw - xy * xw) / size];
  }
  const near = nearest(cosines, space.pairs, total, 15, -1);
  const joint = map.length === total;
  let [x, y, sum] = [0, 0, 0];
  for (const { item, cosine } of near) {
    const weight = Math.exp(50 * (cosine - near[0].cosine));
    const place = joint ? item - space.pairs : item;
    x += weight * map[2 * place]; y += weight * map[2 * place + 1]; sum += weight;
  }
  return [x / sum, y / sum];
}

/**
 * @param {Shift} shift
 * @param {import("./space.js").Moved} moved
 * @param {Float32Array} like
 * @param {number} steps
 */
function componentsAfter(shift, moved, like, steps) {
  const n = space.pairs;
  const mean = meansAfter(shift, moved).reduce((x, y) => x.map((value, k) => (value + y[k]) / 2));
  const scores = (/** @type {Float64Array} */ v) => {
    const out = cosinesWith(v, shift, moved);
    const middle = dot(mean, v);
    return out.map((value) => value - middle);
  };
  const back = (/** @type {Float64Array} */ s) => {
    const weights = s.map((value, i) => value / moved.lengths[i]);
    const sum = weightedSum(space, weights);
    let [ofImages, ofTexts, all] = [0, 0, 0];
    for (let i = 0; i < 2 * n; i++) {
      if (i < n) ofImages += weights[i]; else ofTexts += weights[i];
      all += s[i];
    }
    const [x, y] = [addend(true, shift), addend(false, shift)];
    return sum.map((value, k) => value + ofImages * x[k] + ofTexts * y[k] - all * mean[k]);
  };
  if (basis.length === 0) {   // from the layout that is shown
    for (const axis of [0, 1]) {
      basis.push(unit(back(new Float64Array(2 * n).map((_, i) => like[2 * i + axis]))));
    }
    basis.push(unit(back(new Float64Array(2 * n).map((_, i) => (i < n ? 1 : -1)))));
  }
  for (let step = 0; step < steps; step++) basis = orthonormal(basis.map((v) => back(scores(v))));
  // Within the few directions, those of the most variance (Rayleigh and Ritz).
  const all = basis.map(scores);
  const size = all.length;
  const inner = all.map((p) => all.map((q) => dot(p, q)));
  const turn = jacobi(inner);
  const best = Array.from({ length: size }, (_, k) => k).sort((p, q) => turn.values[q] - turn.values[p]).slice(0, 2);
  const positions = new Float32Array(4 * n);
  best.forEach((column, axis) => {
    const score = new Float64Array(2 * n);
    all.forEach((part, k) => {
      for (let i = 0; i < 2 * n; i++) score[i] += turn.vectors[k][column] * part[i];
    });
    let agreement = 0;
    for (let i = 0; i < 2 * n; i++) agreement += score[i] * like[2 * i + axis];
    for (let i = 0; i < 2 * n; i++) positions[2 * i + axis] = agreement < 0 ? -score[i] : score[i];
  });
  return positions;
}

/** @param {Float64Array[]} vectors */
function orthonormal(vectors) {
  /** @type {Float64Array[]} */
  const out = [];
  for (const v of vectors) {
    let rest = v;
    for (const one of out) {
      const part = dot(rest, one);
      rest = rest.map((value, k) => value - part * one[k]);
    }
    out.push(unit(rest));
  }
  return out;
}

/**
 * Eigenvalues and vectors of a small symmetric matrix.
 * @param {number[][]} m
 */
function jacobi(m) {
  const size = m.length;
  const vectors = m.map((_, i) => m.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(m[p][q]) < 1e-300) continue;
        const angle = Math.atan2(2 * m[p][q], m[q][q] - m[p][p]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < size; k++) {
          const [a, b] = [m[k][p], m[k][q]];
          m[k][p] = c * a - s * b; m[k][q] = s * a + c * b;
        }
        for (let k = 0; k < size; k++) {
          const [a, b] = [m[p][k], m[q][k]];
          m[p][k] = c * a - s * b; m[q][k] = s * a + c * b;
          const [d, f] = [vectors[k][p], vectors[k][q]];
          vectors[k][p] = c * d - s * f; vectors[k][q] = s * d + c * f;
        }
      }
    }
  }
  return { values: m.map((_, i) => m[i][i]), vectors };
}

self.onmessage = (event) => {
  const { id, kind, ...ask } = event.data;
  try {
    const { transfer, ...answer } = /** @type {any} */ (kinds)[kind](ask);
    /** @type {any} */ (self).postMessage({ id, answer }, transfer || []);
  } catch (error) {
    /** @type {any} */ (self).postMessage({ id, error: String(error) });
  }
};
