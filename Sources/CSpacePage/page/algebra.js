// Small algebra of vectors and of small matrices.

/**
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
export function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** @param {Float64Array} v */
export function unit(v) {
  const length = Math.sqrt(dot(v, v)) || 1;
  return v.map((value) => value / length);
}

/** @param {Float64Array[]} vectors */
export function orthonormal(vectors) {
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
export function jacobi(m) {
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
