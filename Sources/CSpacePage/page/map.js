// The map: pictures and captions as points, partners joined. One camera; layouts change under it without jumping.
import { clusterCentres } from "./centres.js";
import { contoursOf } from "./contours.js";
import { chooseLayout } from "./layouts.js";
import { painterFor, PointIndex } from "./points.js";
import { mostLines, paintPoints } from "./paint.js";
import { within } from "./sketch.js";
import { drawOverlay } from "./overlay.js";
import { listenToPointer } from "./pointer.js";

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {{facts: import("./state.js").Facts, captions: string[], cosines: Float64Array, ranks: Uint32Array,
 *   order: Uint32Array, groupOf: Int32Array, maps: Float32Array[], trusts: (Float32Array | null)[],
 *   sheets: ImageBitmap[]}} Data
 */

export class MapView {
  /**
   * @param {State} state
   * @param {Data} data
   * @param {{over: HTMLCanvasElement, canvas: HTMLCanvasElement, key: HTMLElement | null, what: HTMLElement}} places
   * @param {(ask: any) => Promise<any>} ask
   * @param {boolean} [isSecond] whether it is the map beside the first
   */
  constructor(state, data, places, ask, isSecond = false) {
    this.isSecond = isSecond;
    this.state = state;
    this.data = data;
    this.ask = ask;
    this.over = places.over;
    this.canvas = places.canvas;
    this.fit();   // before there is a painter, whose memory would be made twice
    const { painter, isLight } = painterFor(places.canvas, state.pairs <= mostLines);
    this.painter = painter;
    this.isLight = isLight;
    this.canvas = painter.canvas;
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
    /** @type {import("./contours.js").Contour[]} */
    this.contours = [];
    this.centres = /** @type {{x: number, y: number}[]} */ ([]);
    this.paints = { ink: "#000000", paper: "#ffffff", quiet: "#5d6670" };
    state.listen((what) => this.heard(what));
    listenToPointer(this);
    new ResizeObserver(() => this.resize()).observe(/** @type {HTMLElement} */ (this.over.parentElement));
  }

  /** @param {string} what */
  heard(what) {
    if (!this.isShown) return;
    if (what === (this.isSecond ? "beside" : "map") || what === "gap" || what === "slots") this.choose();
    if (what === "colour" || what === "contours" || what === "selection" || what === "found") this.paint();
    if (what === "hover" || what === "pin") this.redraw(false);
    if (what === "tool") this.over.dataset.tool = this.state.tool;
  }

  /** The layout's method, and what it was fitted on. */
  get layout() {
    const { state } = this;
    return this.isSecond ? state.beside.split(" ") : [state.method, state.fit];
  }

  /** Whether there is such a map now. */
  get isShown() { return !this.isSecond || this.state.beside !== ""; }

  choose() { if (this.isShown) chooseLayout(this); }

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
    this.centres = clusterCentres(this);
    this.paint();
  }

  frameAll() {
    const { left, right, low, high } = this.index.box;
    const { clientWidth, clientHeight } = this.over;
    const [wide, tall] = [Math.max(right - left, 1e-12), Math.max(high - low, 1e-12)];
    const scale = Math.max(Math.min((clientWidth - 60) / wide, (clientHeight - 86) / tall), 1e-9);
    // A little above the middle, since the key lies below.
    this.camera = { x: (left + right) / 2, y: (low + high) / 2 - 14 / scale, scale, fitted: scale };
  }

  paint() {
    if (!this.isShown) return;
    paintPoints(this);
    this.contours = this.state.contours ? contoursOf(this) : [];
    this.redraw();
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

  /** Gives both canvases as many pixels as they cover. */
  fit() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.over.clientWidth, this.over.clientHeight].map((one) => Math.max(1, Math.round(one * ratio)));
    for (const canvas of [this.canvas, this.over]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    }
  }

  resize() {
    if (!this.over.clientWidth) return;
    this.fit();
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
