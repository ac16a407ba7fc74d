// The map: pictures and captions as points, partners joined. One camera; layouts change under it without jumping.
import { amountColour, greyColour, groupColour, kindColours, rgb } from "./colours.js";
import { painterFor, PointIndex } from "./points.js";
import { mix, rangeOf, within } from "./sketch.js";
import { drawOverlay } from "./overlay.js";
import { listenToPointer } from "./pointer.js";

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {{facts: import("./state.js").Facts, captions: string[], cosines: Float64Array, ranks: Uint32Array,
 *   order: Uint32Array, groupOf: Int32Array, maps: Float32Array[], trusts: (Float32Array | null)[],
 *   sheets: ImageBitmap[]}} Data
 */

/** Names of layouts. */
export const mapNames = /** @type {{[key: string]: string}} */ ({
  "pca both": "PCA", "umap both": "UMAP", "tsne both": "t-SNE", "umap joint": "UMAP, joint", "axes both": "A × B",
});

/** Colourings: what a point's colour says. */
export const colourings = /** @type {{[key: string]: string}} */ ({
  kind: "picture or caption", group: "cluster", cosine: "cosine with partner", rank: "rank of partner",
  trust: "trust in its place",
});

export class MapView {
  /**
   * @param {State} state
   * @param {Data} data
   * @param {{over: HTMLCanvasElement, canvas: HTMLCanvasElement, key: HTMLElement, what: HTMLElement}} places
   * @param {(ask: any) => Promise<any>} ask
   */
  constructor(state, data, places, ask) {
    this.state = state;
    this.data = data;
    this.ask = ask;
    const { painter, isLight } = painterFor(places.canvas);
    this.painter = painter;
    this.isLight = isLight;
    this.canvas = painter.canvas;
    this.over = places.over;
    this.key = places.key;
    this.what = places.what;
    const total = 2 * state.pairs;
    this.positions = new Float32Array(2 * total);
    this.target = this.positions;
    /** @type {Float32Array | null} */
    this.origin = null;
    this.begun = 0;
    this.camera = { x: 0, y: 0, scale: 1, fitted: 1 };
    this.index = new PointIndex(this.positions, total);
    this.count = total;
    this.shown = "";
    this.mark = /** @type {{x: number, y: number, text: string} | null} */ (null);
    /** @type {number[][]} */
    this.path = [];
    this.pending = false;
    this.busy = false;
    this.frame = 0;
    this.isStale = true;
    this.sizes = new Float32Array(total);
    this.colours = new Uint8Array(4 * total);
    this.order = new Uint32Array(0);
    this.lines = { lines: new Uint32Array(0), lineColours: new Uint8Array(0) };
    this.centres = /** @type {{x: number, y: number}[]} */ ([]);
    this.paints = { ink: "#000000", paper: "#ffffff", quiet: "#5d6670" };
    state.listen((what) => this.heard(what));
    listenToPointer(this);
    new ResizeObserver(() => this.resize()).observe(/** @type {HTMLElement} */ (this.over.parentElement));
  }

  /** @param {string} what */
  heard(what) {
    if (what === "map" || what === "gap" || what === "slots") this.choose();
    if (what === "colour" || what === "selection" || what === "found") this.paint();
    if (what === "hover" || what === "pin") this.redraw(false);
    if (what === "tool") this.over.dataset.tool = this.state.tool;
  }

  /** Which of the layouts at hand belongs to the state, and whether it is that of just this state. */
  variant() {
    const { state, data } = this;
    const distance = data.facts.gap.distance;
    const exact = state.isCentred ? "centred" : state.isClosed ? "closed" : state.lambda === 0 ? "as-trained" : "";
    const near = exact || (state.lambda > distance / 2 ? "closed" : "as-trained");
    const find = (/** @type {string} */ variant) => data.facts.maps.findIndex(
      (map) => map.method === state.method && map.fit === state.fit && map.variant === variant);
    let number = find(near);
    if (number < 0) number = find("as-trained");
    return { number, exact: exact !== "" && number >= 0 && data.facts.maps[number].variant === exact };
  }

  /** Takes the layout that the state asks for. */
  async choose() {
    const { state, data } = this;
    const name = state.method + " " + state.fit;
    if (name === "axes both") {
      const [a, b] = [state.slots.a, state.slots.b];
      if (a < 0 || b < 0) return;
      if (this.busy) return void (this.pending = true);
      this.busy = true;
      const { positions } = await this.ask({
        kind: "axes", a: [{ item: a, sign: 1 }], b: [{ item: b, sign: 1 }], shift: state.shift(),
      });
      this.busy = false;
      this.take(positions, name, "across: cosine with A, up: cosine with B");
      if (this.pending) { this.pending = false; this.choose(); }
      return;
    }
    const { number, exact } = this.variant();
    if (number < 0) return;
    const map = data.facts.maps[number];
    if (state.method === "pca" && !exact) {
      if (this.busy) return void (this.pending = true);
      this.busy = true;
      const { positions } = await this.ask({
        kind: "components", shift: state.shift(), like: this.target.slice(), steps: state.pairs > 2000 ? 1 : 4,
      });
      this.busy = false;
      if (state.method === "pca") this.take(positions, name, "two first principal components, live");
      if (this.pending) { this.pending = false; this.choose(); }
      return;
    }
    const variant = map.variant.replace("-", " ");
    const trust = map.trustworthiness === undefined ? "" : ` · trustworthiness ${map.trustworthiness.toFixed(3).replace(/^0/, "")}`;
    const share = map.shares ? ` · ${(100 * map.shares[0]).toFixed(0)} % and ${(100 * map.shares[1]).toFixed(0)} % of the variance` : "";
    const far = exact ? "" : `, not of this λ: ${mapNames[name]} does not move with the slider`;
    this.take(data.maps[number], name, `of the vectors ${variant}${far}${share}${trust}`);
  }

  /**
   * @param {Float32Array} positions
   * @param {string} name
   * @param {string} words
   */
  take(positions, name, words) {
    const total = 2 * this.state.pairs;
    this.count = positions.length === 2 * total ? total : total / 2;
    let all = positions;
    if (this.count < total) {   // a pair is one point
      all = new Float32Array(2 * total);
      all.set(positions);
      all.set(positions, total);
    }
    this.what.textContent = words;
    const isNew = this.shown !== name;
    if (this.target !== all) {
      this.origin = this.shown && !matchMedia("(prefers-reduced-motion: reduce)").matches ? this.positions.slice() : null;
      this.begun = performance.now();
      this.target = all;
      this.index = new PointIndex(all, this.count);
      if (!this.origin) this.positions = all.slice();
    }
    this.shown = name;
    if (isNew) {
      this.frameAll();
      this.origin = null;
      this.positions = all.slice();
    }
    this.centre();
    this.paint();
  }

  /** The middle of each cluster's captions, the median so that strays do not pull. */
  centre() {
    const { data, state } = this;
    const { sizes } = data.facts.clusters;
    this.centres = sizes.map((_, group) => {
      const [xs, ys] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
      for (let pair = 0; pair < state.pairs; pair++) {
        if (data.groupOf[pair] !== group) continue;
        const item = this.count === state.pairs ? pair : pair + state.pairs;
        xs.push(this.target[2 * item]);
        ys.push(this.target[2 * item + 1]);
      }
      const middle = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];
      return { x: middle(xs), y: middle(ys) };
    });
  }

  frameAll() {
    const { left, right, low, high } = this.index.box;
    const { clientWidth, clientHeight } = this.over;
    const [wide, tall] = [Math.max(right - left, 1e-12), Math.max(high - low, 1e-12)];
    const scale = Math.max(Math.min((clientWidth - 60) / wide, (clientHeight - 86) / tall), 1e-9);
    // A little above the middle, since the key lies below.
    this.camera = { x: (left + right) / 2, y: (low + high) / 2 - 14 / scale, scale, fitted: scale };
  }

  /** Colours, sizes and the order of drawing: grey below, lit above. */
  paint() {
    const { state, data, count } = this;
    const style = getComputedStyle(document.documentElement);
    const [ink, paper, quiet] = ["--ink", "--card", "--quiet"].map((name) => style.getPropertyValue(name).trim());
    this.paints = { ink, paper, quiet };
    const n = state.pairs;
    const [kinds, grey] = [kindColours().map(rgb), rgb(greyColour())];
    const groups = Array.from({ length: 10 }, (_, k) => rgb(groupColour(k)));
    const { number } = this.variant();
    const trusts = number >= 0 ? data.trusts[number] : null;
    const range = rangeOf(data.cosines);
    const size = n > 3000 ? 4 : n > 600 ? 6 : 8;
    const dim = /** @type {number[]} */ ([]);
    const lit = /** @type {number[]} */ ([]);
    for (let k = 0; k < count; k++) {
      const i = k;
      const pair = i % n;
      const isLit = state.isLit(i);
      let colour = grey;
      if (isLit) {
        colour = state.colour === "group" ? groups[data.groupOf[pair] % 10]
          : state.colour === "cosine" ? amountColour((data.cosines[pair] - range[0]) / (range[1] - range[0]))
          : state.colour === "rank" ? amountColour(1 - Math.log(data.ranks[i]) / Math.log(n))
          : state.colour === "trust" && trusts ? amountColour(1 - (1 - trusts[i]) * 4)
          : kinds[i < n ? 0 : 1];
      }
      this.colours.set(colour, 4 * i);
      this.colours[4 * i + 3] = isLit ? (n > 3000 ? 190 : 225) : 150;
      this.sizes[i] = isLit ? size : Math.max(size - 2, 3);
      if (isLit) lit.push(i);
      else if (!state.isolated || state.selected[i]) dim.push(i);
    }
    if (lit.length > 1) mix(lit);   // so that neither kind lies above the other
    this.order = Uint32Array.from(dim.concat(lit));
    this.lines = this.partners();
    this.legend(range);
    this.redraw();
  }

  /** @param {number[]} range */
  legend(range) {
    const { state } = this;
    const kinds = kindColours();
    const item = (/** @type {string} */ colour, /** @type {string} */ shape, /** @type {string} */ text) => {
      const span = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = shape;
      sign.style.background = colour;
      span.append(sign, text);
      return span;
    };
    const amounts = (/** @type {string} */ low, /** @type {string} */ high) => {
      const span = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = "ramp";
      const stops = [0, 0.25, 0.5, 0.75, 1].map((part) => `rgb(${amountColour(part)})`);
      sign.style.background = `linear-gradient(90deg, ${stops})`;
      span.append(low, sign, high);
      return span;
    };
    const shapes = this.count === state.pairs ? [item("var(--quiet)", "disc", "a pair")]
      : state.colour === "kind" ? [item(kinds[0], "disc", "picture"), item(kinds[1], "diamond", "caption")]
      : [item("var(--quiet)", "disc", "picture"), item("var(--quiet)", "diamond", "caption")];
    const colour = state.colour === "cosine" ? [amounts(range[0].toFixed(2), range[1].toFixed(2))]
      : state.colour === "rank" ? [amounts("last of " + state.pairs, "first")]
      : state.colour === "trust" ? [amounts(".75 or less", "1")] : [];
    this.key.replaceChildren(...shapes, ...colour);
  }

  /** @param {boolean} [isWhole] whether the points too, or only what lies above them */
  redraw(isWhole = true) {
    this.isStale = this.isStale || isWhole;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.isStale) this.draw(); else this.drawOver();
    });
  }

  draw() {
    this.isStale = false;
    const { origin, target, positions } = this;
    if (origin) {
      const part = Math.min((performance.now() - this.begun) / 260, 1);
      const eased = part * part * (3 - 2 * part);
      for (let k = 0; k < positions.length; k++) positions[k] = origin[k] + eased * (target[k] - origin[k]);
      if (part < 1) this.redraw(); else this.origin = null;
    }
    const { camera, state } = this;
    const { lines, lineColours } = this.lines;
    this.painter.draw({
      positions, colours: this.colours, sizes: this.sizes, order: this.order, split: state.pairs, lines, lineColours,
      scale: camera.scale, x: camera.x, y: camera.y, ratio: devicePixelRatio || 1,
    });
    this.drawOver();
  }

  /** Lines between partners, darker the higher their cosine: a long dark one is the map's fault. */
  partners() {
    const { state, data, count } = this;
    const n = state.pairs;
    const none = { lines: new Uint32Array(0), lineColours: new Uint8Array(0) };
    if (count < 2 * n) return none;
    const lines = [];
    const range = rangeOf(data.cosines);
    const alphas = [];
    for (let i = 0; i < n; i++) {
      const isLit = state.isLit(i) && state.isLit(i + n);
      if (!isLit) continue;
      lines.push(i, i + n);
      alphas.push(0.08 + 0.4 * (data.cosines[i] - range[0]) / (range[1] - range[0]));
      if (lines.length > 4000) return none;   // more would be ink only
    }
    const colour = rgb(this.paints.quiet);
    const lineColours = new Uint8Array(4 * lines.length);
    for (let k = 0; k < lines.length; k++) {
      lineColours.set(colour, 4 * k);
      lineColours[4 * k + 3] = Math.round(255 * alphas[k >> 1]);
    }
    return { lines: Uint32Array.from(lines), lineColours };
  }

  /** @param {number} item */
  screen(item) {
    return this.screenOf(this.positions[2 * item], this.positions[2 * item + 1]);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  screenOf(x, y) {
    const { camera, over } = this;
    return { x: (x - camera.x) * camera.scale + over.clientWidth / 2, y: over.clientHeight / 2 - (y - camera.y) * camera.scale };
  }

  drawOver() { drawOverlay(this); }

  resize() {
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.over]) {
      canvas.width = Math.max(1, Math.round(this.over.clientWidth * ratio));
      canvas.height = Math.max(1, Math.round(this.over.clientHeight * ratio));
    }
    const before = this.camera;
    this.frameAll();
    if (before.fitted !== before.scale) {   // what was zoomed into stays
      this.camera = { ...before, scale: this.camera.fitted * before.scale / before.fitted, fitted: this.camera.fitted };
    }
    this.draw();
  }

  /**
   * The lit item at a place of the screen; -1 if none is near.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    const { camera, over, state } = this;
    return this.index.nearest((x - over.clientWidth / 2) / camera.scale + camera.x,
      (over.clientHeight / 2 - y) / camera.scale + camera.y, 12 / camera.scale,
      (item) => state.isLit(item) || !state.isolated);
  }

  /** Items within the path that are lit, so that what is greyed by a search is not caught. */
  caught() {
    const { state, path, count, camera, positions } = this;
    const mask = new Uint8Array(2 * state.pairs);
    const [middleX, middleY] = [this.over.clientWidth / 2, this.over.clientHeight / 2];
    const [xs, ys] = [path.map(([x]) => x), path.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    for (let i = 0; i < count; i++) {
      const x = (positions[2 * i] - camera.x) * camera.scale + middleX;
      const y = middleY - (positions[2 * i + 1] - camera.y) * camera.scale;
      if (x < left || x > right || y < top || y > bottom || (state.found && !state.found[i])) continue;
      if (!within(path, x, y)) continue;
      mask[i] = 1;
      if (count === state.pairs) mask[i + state.pairs] = 1;
    }
    return mask;
  }

  /**
   * @param {number} factor
   * @param {number} [x]
   * @param {number} [y] the place that stays
   */
  zoom(factor, x = this.over.clientWidth / 2, y = this.over.clientHeight / 2) {
    const { camera, over } = this;
    const scale = Math.min(Math.max(camera.scale * factor, camera.fitted / 4), camera.fitted * 400);
    const [dx, dy] = [x - over.clientWidth / 2, over.clientHeight / 2 - y];
    camera.x += dx / camera.scale - dx / scale;
    camera.y += dy / camera.scale - dy / scale;
    camera.scale = scale;
    this.redraw();
  }
}
