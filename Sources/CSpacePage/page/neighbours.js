// What lies nearest to a vector, and where on a map it belongs.

/**
 * @param {Float64Array} cosines
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @param {number} own
 */
export function nearest(cosines, from, to, count, own) {
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
 * @param {import("./moved.js").MovedSpace} moved
 * @param {boolean} isLinear
 */
export function placeOn(map, cosines, moved, isLinear) {
  const { pairs } = moved.space;
  const total = 2 * pairs;
  if (isLinear && map.length === 2 * total) {
    const mean = moved.means().reduce((x, y) => x.map((value, k) => (value + y[k]) / 2));
    const ofMean = moved.cosinesWith(mean);
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
  const near = nearest(cosines, pairs, total, 15, -1);
  const joint = map.length === total;
  let [x, y, sum] = [0, 0, 0];
  for (const { item, cosine } of near) {
    const weight = Math.exp(50 * (cosine - near[0].cosine));
    const place = joint ? item - pairs : item;
    x += weight * map[2 * place]; y += weight * map[2 * place + 1]; sum += weight;
  }
  return [x / sum, y / sum];
}
