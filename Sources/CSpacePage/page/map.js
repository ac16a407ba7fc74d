// The map: pictures and captions as points, partners joined. One camera; layouts change under it without jumping.
import { amountColour, greyColour, groupColour, kindColours, rgb } from "./colours.js";
import { painterFor, PointIndex } from "./points.js";

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
    this.listen();
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

  /** What lies above the points: pictures, names, rings, the path of a lasso. */
  drawOver() {
    const { over, state, data, camera } = this;
    const context = /** @type {CanvasRenderingContext2D} */ (over.getContext("2d"));
    const ratio = devicePixelRatio || 1;
    const [width, height] = [over.clientWidth, over.clientHeight];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const { ink, paper, quiet } = this.paints;
    const inView = [];
    for (const i of this.order) {
      const x = (this.positions[2 * i] - camera.x) * camera.scale;
      const y = (this.positions[2 * i + 1] - camera.y) * camera.scale;
      if (Math.abs(x) < width / 2 + 20 && Math.abs(y) < height / 2 + 20) inView.push(i);
      if (inView.length > 400) break;
    }
    const images = inView.filter((i) => i < state.pairs);
    const zoom = camera.scale / camera.fitted;
    if (data.sheets.length && images.length <= 90 && (zoom > 1.3 || state.pairs <= 60)) {
      const side = Math.min(44, 24 * zoom);
      for (const i of images) {
        const at = this.screen(i);
        context.globalAlpha = state.isLit(i) ? 1 : 0.3;
        context.fillStyle = kindColours()[0];
        context.fillRect(at.x - side / 2 - 1.5, at.y - side / 2 - 1.5, side + 3, side + 3);
        drawThumbnail(context, data, i, at.x - side / 2, at.y - side / 2, side);
      }
      context.globalAlpha = 1;
    }
    context.textBaseline = "middle";
    const halo = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ colour) => {
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeStyle = paper;
      context.strokeText(text, x, y);
      context.fillStyle = colour;
      context.fillText(text, x, y);
    };
    /** @type {number[][]} boxes that are taken */
    const taken = [];
    const isFree = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w) => {
      if (taken.some((box) => x < box[2] && x + w > box[0] && y - 9 < box[3] && y + 9 > box[1])) return false;
      taken.push([x, y - 9, x + w, y + 9]);
      return true;
    };
    let markLeft = 0;
    if (this.mark) {
      context.font = "700 12px system-ui, sans-serif";
      const at = this.screenOf(this.mark.x, this.mark.y);
      const w = context.measureText(shortened(this.mark.text, 48)).width;
      markLeft = at.x + 14 + w < width - 4 ? at.x + 14 : Math.max(at.x - 14 - w, 4);
      isFree(Math.min(markLeft, at.x - 10), at.y, w + 24);
    }
    const labels = data.facts.clusters.labels;
    const texts = inView.filter((i) => i >= state.pairs);
    if (texts.length <= 24 && data.captions.length && zoom > 2) {
      context.font = "11.5px system-ui, sans-serif";
      for (const i of texts) {
        const at = this.screen(i);
        const text = shortened(data.captions[i - state.pairs], 46);
        if (isFree(at.x + 8, at.y, context.measureText(text).width)) halo(text, at.x + 8, at.y, ink);
      }
    } else if (labels.length) {
      context.font = "600 12px system-ui, sans-serif";
      const order = this.centres.map((_, k) => k).sort((p, q) => data.facts.clusters.sizes[q] - data.facts.clusters.sizes[p]);
      for (const group of order) {
        if (!labels[group] || (data.facts.clusters.sizes[group] <= 5 && zoom < 2)) continue;
        const at = this.screenOf(this.centres[group].x, this.centres[group].y);
        const text = shortened(labels[group], 34);
        const w = context.measureText(text).width;
        if (at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
        const left = Math.min(Math.max(at.x - w / 2, 6), width - w - 6);
        if (isFree(left, at.y, w)) halo(text, left, at.y, state.colour === "group" ? groupColour(group) : ink);
      }
    }
    const focus = state.focus;
    for (const item of new Set([state.pinned, focus])) {
      if (item < 0) continue;
      const [at, to] = [this.screen(item), this.screen(state.partner(item))];
      context.strokeStyle = ink;
      context.lineWidth = item === focus ? 1.6 : 1;
      if (this.count === 2 * state.pairs) {
        context.beginPath();
        context.moveTo(at.x, at.y);
        context.lineTo(to.x, to.y);
        context.stroke();
      }
      for (const [place, radius] of /** @type {[{x: number, y: number}, number][]} */ ([[at, 8], [to, 6]])) {
        context.beginPath();
        context.arc(place.x, place.y, radius, 0, 7);
        context.stroke();
      }
    }
    context.font = "700 12px system-ui, sans-serif";
    for (const slot of ["a", "b", "c"]) {
      const item = state.slots[slot];
      if (item >= 0) halo(slot.toUpperCase(), this.screen(item).x + 9, this.screen(item).y - 9, ink);
    }
    if (this.mark) {
      const at = this.screenOf(this.mark.x, this.mark.y);
      star(context, at.x, at.y, 10, kindColours()[1], paper);
      halo(shortened(this.mark.text, 48), markLeft, at.y, ink);
    }
    if (this.path.length > 1) {
      context.beginPath();
      this.path.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
      context.globalAlpha = 0.12;
      context.fillStyle = quiet;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash([4, 3]);
      context.lineWidth = 1.2;
      context.strokeStyle = ink;
      context.stroke();
      context.setLineDash([]);
    }
  }

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

  listen() {
    const { over, state } = this;
    const place = (/** @type {MouseEvent} */ event) => {
      const box = over.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    /** @type {{x: number, y: number, camera: {x: number, y: number}, moved: boolean} | null} */
    let drag = null;
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.canvas.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      drag = { ...place(event), camera: { x: this.camera.x, y: this.camera.y }, moved: false };
      if (state.tool !== "pan") this.path = [[drag.x, drag.y]];
    });
    over.addEventListener("pointermove", (event) => {
      const at = place(event);
      if (!drag) return state.hover(this.at(at.x, at.y));
      const [dx, dy] = [at.x - drag.x, at.y - drag.y];
      drag.moved = drag.moved || Math.abs(dx) + Math.abs(dy) > 4;
      if (state.tool === "pan") {
        if (drag.moved) {
          this.camera.x = drag.camera.x - dx / this.camera.scale;
          this.camera.y = drag.camera.y + dy / this.camera.scale;
        }
      } else if (state.tool === "lasso") {
        const [x, y] = this.path[this.path.length - 1];
        if (Math.abs(at.x - x) + Math.abs(at.y - y) > 3) this.path.push([at.x, at.y]);
      } else this.path = [[drag.x, drag.y], [at.x, drag.y], [at.x, at.y], [drag.x, at.y]];
      this.redraw();
    });
    over.addEventListener("pointerup", (event) => {
      const at = place(event);
      const [was, path] = [drag, this.path];
      drag = null;
      if (!was) return;
      if (!was.moved) {
        this.path = [];
        const item = this.at(at.x, at.y);
        state.pin(item === state.pinned ? -1 : item);
      } else if (path.length > 2) {
        const mask = this.caught();
        this.path = [];
        if (event.shiftKey) state.select(state.selected.map((one, i) => one | mask[i]));
        else if (event.altKey) state.select(state.selected.map((one, i) => one & ~mask[i] & 1));
        else state.select(mask);
      }
      this.redraw();
    });
    over.addEventListener("pointerleave", () => { if (!drag) state.hover(-1); });
    over.addEventListener("dblclick", () => { this.frameAll(); this.redraw(); });
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = place(event);
      this.zoom(Math.exp(-event.deltaY * 0.0015), at.x, at.y);
    }, { passive: false });
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

/**
 * The pictures of a pair from its sheet.
 * @param {CanvasRenderingContext2D} context
 * @param {Data} data
 * @param {number} pair
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
export function drawThumbnail(context, data, pair, x, y, side) {
  const t = data.facts.thumbnails;
  if (!t) return;
  const sheet = data.sheets[Math.floor(pair / t.perSheet)];
  const place = pair % t.perSheet;
  if (sheet) {
    context.drawImage(sheet, (place % t.columns) * t.side, Math.floor(place / t.columns) * t.side, t.side, t.side, x, y, side, side);
  }
}

/**
 * @param {string} text
 * @param {number} most
 */
export function shortened(text, most) { return text.length <= most ? text : text.slice(0, most - 1).trimEnd() + "…"; }

/**
 * @param {ArrayLike<number>} values
 * @returns {[number, number]}
 */
function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, Math.max(high, low + 1e-9)];
}

/**
 * In an order that looks random and is always the same.
 * @param {number[]} items
 */
function mix(items) {
  let seed = 1;
  for (let i = items.length - 1; i > 0; i--) {
    seed = (seed * 48271) % 2147483647;
    const j = seed % (i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}

/**
 * Whether a place lies within a closed path.
 * @param {number[][]} path
 * @param {number} x
 * @param {number} y
 */
export function within(path, x, y) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const ay = path[i][1];
    const by = path[j][1];
    if (ay > y === by > y) continue;
    if (x < ((path[j][0] - path[i][0]) * (y - ay)) / (by - ay) + path[i][0]) inside = !inside;
  }
  return inside;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 * @param {string} edge
 */
function star(context, x, y, radius, colour, edge) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const [r, angle] = [k % 2 ? radius * 0.45 : radius, (k * Math.PI) / 5 - Math.PI / 2];
    context[k ? "lineTo" : "moveTo"](x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}
