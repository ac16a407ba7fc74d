// The space in a state of the gap: its means, and cosines with vectors from outside or with sums of items.
import { dot, unit } from "./algebra.js";
import { movedBy, products, rowOf, turned, weightedSum } from "./space.js";

/** @typedef {{item?: number, vector?: number[], sign: number}[]} Query a sum of items, and of captions' vectors, with signs */

export class MovedSpace {
  /**
   * @param {import("./space.js").Space} space
   * @param {{image: Float64Array, text: Float64Array}} stored means, as stored
   * @param {import("./space.js").Shift} shift
   */
  constructor(space, stored, shift) {
    this.space = space;
    this.moved = movedBy(space, shift);
    const added = (/** @type {number} */ p, /** @type {number} */ q) =>
      stored.image.map((value, k) => p * value + q * stored.text[k]);
    /** What is added to pictures and to texts, as stored. */
    this.added = { image: added(shift.a, shift.b), text: added(shift.c, shift.e) };
  }

  /** @returns {Float64Array[]} the mean picture and the mean text */
  means() {
    const { space, moved, added } = this;
    const n = space.pairs;
    const weights = moved.lengths.map((length) => 1 / (n * length));
    return [added.image, added.text].map((addend, kind) => {
      const [from, to] = kind === 0 ? [0, n] : [n, 2 * n];
      const sum = weightedSum(space, weights, from, to);
      let total = 0;
      for (let i = from; i < to; i++) total += weights[i];
      return sum.map((value, k) => value + total * addend[k]);
    });
  }

  /** Of the means. */
  distance() {
    const [x, y] = this.means();
    const g = x.map((value, k) => value - y[k]);
    return Math.sqrt(dot(g, g));
  }

  /**
   * A unit vector.
   * @param {Query} query
   */
  vector(query) {
    const { space, added } = this;
    const sum = new Float64Array(space.columns);
    for (const part of query) {
      const isImage = part.item !== undefined && part.item < space.pairs;
      const row = part.item !== undefined ? rowOf(space, part.item) : turned(space, part.vector || []);
      const addend = isImage ? added.image : added.text;
      const one = unit(row.map((value, k) => value + addend[k]));
      for (let k = 0; k < sum.length; k++) sum[k] += part.sign * one[k];
    }
    return unit(sum);
  }

  /**
   * Cosines of a unit vector with everything: [2n].
   * @param {Float64Array} vector
   */
  cosinesWith(vector) {
    const { space, moved, added } = this;
    const out = products(space, vector);
    const [x, y] = [dot(vector, added.image), dot(vector, added.text)];
    for (let i = 0; i < out.length; i++) out[i] = (out[i] + (i < space.pairs ? x : y)) / moved.lengths[i];
    return out;
  }
}
