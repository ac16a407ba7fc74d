// Principal components of a moved space, by power steps that begin where the last ended.
import { dot, jacobi, orthonormal, unit } from "./algebra.js";
import { weightedSum } from "./space.js";

/** @type {Float64Array[]} directions of the last components */
let basis = [];

/**
 * Positions on the two first components: [2n, 2], each axis turned the way of `like`.
 * @param {import("./moved.js").MovedSpace} moved
 * @param {Float32Array} like the layout that is shown
 * @param {number} steps
 */
export function componentsAfter(moved, like, steps) {
  const { space, added } = moved;
  const { lengths } = moved.moved;
  const n = space.pairs;
  const mean = moved.means().reduce((x, y) => x.map((value, k) => (value + y[k]) / 2));
  const scores = (/** @type {Float64Array} */ v) => {
    const out = moved.cosinesWith(v);
    const middle = dot(mean, v);
    return out.map((value) => value - middle);
  };
  const back = (/** @type {Float64Array} */ s) => {
    const weights = s.map((value, i) => value / lengths[i]);
    const sum = weightedSum(space, weights);
    let [ofImages, ofTexts, all] = [0, 0, 0];
    for (let i = 0; i < 2 * n; i++) {
      if (i < n) ofImages += weights[i]; else ofTexts += weights[i];
      all += s[i];
    }
    const [x, y] = [added.image, added.text];
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
