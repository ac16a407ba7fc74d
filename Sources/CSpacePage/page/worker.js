// Beside the page: all that needs the vectors. Asked by messages with a number, answers with the same number.
import { bytesOf } from "./blocks.js";
import { baseBlock, baseLine, rowOf, weightedSum } from "./space.js";
import { batchCosines, lossAfter, searchesAfter } from "./searches.js";
import { MovedSpace } from "./moved.js";
import { nearest, placeOn } from "./neighbours.js";
import { componentsAfter } from "./components.js";

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
/** @type {Promise<Float32Array | Float64Array> | null} their cosines as trained */
let sampleBase = null;
/** @type {{image: Float64Array, text: Float64Array} | null} the means as stored */
let means = null;

/** @param {Shift} shift */
function movedTo(shift) {
  if (!means) {
    const ones = new Float64Array(2 * space.pairs).fill(1 / space.pairs);
    means = { image: weightedSum(space, ones, 0, space.pairs), text: weightedSum(space, ones, space.pairs) };
  }
  return new MovedSpace(space, means, shift);
}

/** Cosines of the sample, in portions, so that questions are answered meanwhile. */
async function sampled() {
  const size = 4 * sample.length * sample.length;
  const base = sample.length > 300 ? new Float32Array(size) : new Float64Array(size);
  let begun = performance.now();
  for (let p = 0; p < 2 * sample.length; p++) {
    baseLine(space, sample, base, p);
    if (performance.now() - begun < 12) continue;
    await new Promise((done) => setTimeout(done));
    begun = performance.now();
  }
  return base;
}

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
  async measure({ shift }) {
    sampleBase = sampleBase || sampled();
    const base = await sampleBase;
    const moved = movedTo(shift);
    batches = batches || batchCosines(space, batchSize);
    const loss = lossAfter(space.pairs, batches, batchSize, moved.moved, scale);
    return {
      distance: moved.distance(), ...loss, sample: sample.length,
      ...searchesAfter(sample, base, space.pairs, moved.moved),
    };
  },

  /**
   * Cosines of a query with everything, the nearest of both kinds, and where it falls on a map.
   * @param {any} ask
   */
  ask({ query, shift, map, isLinear }) {
    const moved = movedTo(shift);
    const vector = moved.vector(query);
    const cosines = moved.cosinesWith(vector);
    const own = query.length === 1 && query[0].item !== undefined ? query[0].item : -1;
    const place = map ? placeOn(map, cosines, moved, isLinear) : null;
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
    const moved = movedTo(shift);
    const [x, y] = [a, b].map((query) => moved.cosinesWith(moved.vector(query)));
    const positions = new Float32Array(4 * space.pairs);
    for (let i = 0; i < 2 * space.pairs; i++) [positions[2 * i], positions[2 * i + 1]] = [x[i], y[i]];
    return { positions, transfer: [positions.buffer] };
  },

  /**
   * The two first principal components after a shift, by steps that begin where the last ended.
   * @param {any} ask
   */
  components({ shift, like, steps }) {
    const moved = movedTo(shift);
    const positions = componentsAfter(moved, like, steps);
    return { positions, transfer: [positions.buffer] };
  },
};

self.onmessage = async (event) => {
  const { id, kind, ...ask } = event.data;
  try {
    const { transfer, ...answer } = await /** @type {any} */ (kinds)[kind](ask);
    /** @type {any} */ (self).postMessage({ id, answer }, transfer || []);
  } catch (error) {
    /** @type {any} */ (self).postMessage({ id, error: String(error) });
  }
};
