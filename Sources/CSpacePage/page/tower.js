// CLIP's text tower (Radford et al. 2021, section 2.4) in double precision: a causal transformer whose state at the end
// token, after a last norm and a projection, is the caption's vector.
import { bytesOf, halves } from "./blocks.js";
import { Tokenizer } from "./tokenizer.js";

export class Tower {
  /**
   * @param {any} facts
   * @param {string[]} pieces of the weights
   */
  constructor(facts, pieces) {
    this.facts = facts;
    this.tokenizer = new Tokenizer(facts);
    const all = halves(bytesOf(pieces));
    /** @type {Map<string, Float32Array>} */
    this.weights = new Map(facts.tensors.map((/** @type {any} */ one) => [
      one.name, all.subarray(one.first, one.first + one.count),
    ]));
  }

  /**
   * @param {string} name
   * @returns {Float32Array}
   */
  tensor(name) {
    const found = this.weights.get(name);
    if (!found) throw new Error("the text tower has no " + name);
    return found;
  }

  /**
   * A caption's unit vector.
   * @param {string} text
   * @returns {{vector: Float64Array, tokens: number, cut: boolean}}
   */
  embed(text) {
    const { ids, cut } = this.tokenizer.encode(text);
    const { hidden, layers, epsilon } = this.facts;
    const words = this.tensor("text_model.embeddings.token_embedding.weight");
    const places = this.tensor("text_model.embeddings.position_embedding.weight");
    const x = new Float64Array(ids.length * hidden);
    ids.forEach((id, t) => {
      for (let k = 0; k < hidden; k++) x[t * hidden + k] = words[id * hidden + k] + places[t * hidden + k];
    });
    for (let layer = 0; layer < layers; layer++) this.layer(x, ids.length, `text_model.encoder.layers.${layer}.`);
    const last = x.subarray((ids.length - 1) * hidden);
    const state = normed(last, this.tensor("text_model.final_layer_norm.weight"),
      this.tensor("text_model.final_layer_norm.bias"), hidden, epsilon);
    const vector = linear(state, 1, hidden, this.tensor("text_projection.weight"), null);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
    return { vector: vector.map((value) => value / length), tokens: ids.length, cut };
  }

  /**
   * @param {Float64Array} x [time, hidden], changed
   * @param {number} time
   * @param {string} name
   */
  layer(x, time, name) {
    const { hidden, heads, epsilon, activation } = this.facts;
    const weight = (/** @type {string} */ part) => this.tensor(name + part + ".weight");
    const bias = (/** @type {string} */ part) => this.tensor(name + part + ".bias");
    const apply = (/** @type {Float64Array} */ input, /** @type {number} */ from, /** @type {string} */ part) =>
      linear(input, time, from, weight(part), bias(part));
    const before = normed(x, weight("layer_norm1"), bias("layer_norm1"), hidden, epsilon);
    const [q, k, v] = ["q_proj", "k_proj", "v_proj"].map((part) => apply(before, hidden, "self_attn." + part));
    const mixed = attended(q, k, v, time, hidden, heads);
    const attention = apply(mixed, hidden, "self_attn.out_proj");
    for (let i = 0; i < x.length; i++) x[i] += attention[i];
    const inner = apply(normed(x, weight("layer_norm2"), bias("layer_norm2"), hidden, epsilon), hidden, "mlp.fc1");
    for (let i = 0; i < inner.length; i++) inner[i] = activation === "gelu" ? gelu(inner[i]) : quickGELU(inner[i]);
    const out = apply(inner, inner.length / time, "mlp.fc2");
    for (let i = 0; i < x.length; i++) x[i] += out[i];
  }
}

/** @param {number} x */
function quickGELU(x) { return x / (1 + Math.exp(-1.702 * x)); }

/**
 * x·Φ(x); the error function by its series, or its continued fraction beyond 3.
 * @param {number} x
 */
function gelu(x) {
  const z = Math.abs(x) / Math.SQRT2;
  let value;
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 80; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    value = (2 / Math.sqrt(Math.PI)) * sum;
  } else {
    let tail = z;
    for (let n = 40; n > 0; n--) tail = z + n / 2 / tail;
    value = 1 - Math.exp(-z * z) / (tail * Math.sqrt(Math.PI));
  }
  return x * (x < 0 ? (1 - value) / 2 : (1 + value) / 2);
}

/**
 * x [time, from] by weights [to, from].
 * @param {Float64Array} x
 * @param {number} time
 * @param {number} from
 * @param {Float32Array} weights
 * @param {Float32Array | null} bias
 */
function linear(x, time, from, weights, bias) {
  const to = weights.length / from;
  const out = new Float64Array(time * to);
  for (let t = 0; t < time; t++) {
    for (let j = 0; j < to; j++) {
      let sum = bias ? bias[j] : 0;
      for (let k = 0, p = t * from, q = j * from; k < from; k++) sum += x[p + k] * weights[q + k];
      out[t * to + j] = sum;
    }
  }
  return out;
}

/**
 * Rows less their mean, over their deviation.
 * @param {Float64Array} x
 * @param {Float32Array} scale
 * @param {Float32Array} shift
 * @param {number} size
 * @param {number} epsilon
 */
function normed(x, scale, shift, size, epsilon) {
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    let [mean, spread] = [0, 0];
    for (let k = 0; k < size; k++) mean += x[start + k] / size;
    for (let k = 0; k < size; k++) spread += (x[start + k] - mean) ** 2 / size;
    const factor = 1 / Math.sqrt(spread + epsilon);
    for (let k = 0; k < size; k++) out[start + k] = (x[start + k] - mean) * factor * scale[k] + shift[k];
  }
  return out;
}

/**
 * @param {Float64Array} q
 * @param {Float64Array} k
 * @param {Float64Array} v
 * @param {number} time
 * @param {number} hidden
 * @param {number} heads
 */
function attended(q, k, v, time, hidden, heads) {
  const size = hidden / heads;
  const out = new Float64Array(time * hidden);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < time; t++) {
      const weights = new Float64Array(t + 1);
      let [top, sum] = [-Infinity, 0];
      for (let s = 0; s <= t; s++) {
        let value = 0;
        for (let i = 0; i < size; i++) value += q[t * hidden + h * size + i] * k[s * hidden + h * size + i];
        weights[s] = value / Math.sqrt(size);
        top = Math.max(top, weights[s]);
      }
      for (let s = 0; s <= t; s++) sum += weights[s] = Math.exp(weights[s] - top);
      for (let s = 0; s <= t; s++) {
        for (let i = 0; i < size; i++) out[t * hidden + h * size + i] += weights[s] / sum * v[s * hidden + h * size + i];
      }
    }
  }
  return out;
}
