// What is shown, in one place: whoever changes it says so, whoever shows it listens.
import { centring, shiftBy } from "./space.js";

/**
 * @typedef {{vectors: {form: string, columns: number, isTurned: boolean}, pairs: number, width: number, source: string, title: string,
 *   gap: any, means: any, maps: {method: string, fit: string, variant: string, trustworthiness?: number,
 *   shares?: number[], hasTrust: boolean}[], clusters: {rows: string, sizes: number[], labels: string[],
 *   sample?: number}, thumbnails?: {side: number, columns: number, perSheet: number, sheets: number}, tower?: any,
 *   phrases: string[], searches: {lambda: number, imageToText: number[], textToImage: number[], mixed: number}[],
 *   hasCaptions: boolean, remarks: string[], made: string, version: number, seed: number}} Facts
 */

export class State {
  /**
   * @param {number} pairs
   * @param {number} distance of the means
   */
  constructor(pairs, distance) {
    this.pairs = pairs;
    this.distance = distance;
    this.method = "pca";
    this.fit = "both";
    this.lambda = 0;
    this.isCentred = false;
    /** The layout of the map beside, "method fit"; empty for one map alone. */
    this.beside = "";
    this.contours = false;
    this.colour = "kind";
    /** Item under the pointer, pictures 0..n-1, texts from n; -1 for none. */
    this.hovered = -1;
    this.pinned = -1;
    this.tool = "pan";
    this.search = "";
    this.any = false;
    this.isolated = false;
    /** @type {Uint8Array} */
    this.selected = new Uint8Array(2 * pairs);
    this.selectedCount = 0;
    /** @type {Uint8Array | null} by item; null without a search */
    this.found = null;
    /** @type {Uint8Array[]} */
    this.past = [];
    /** @type {{name: string, items: Uint8Array}[]} */
    this.sets = [];
    /** @type {{[slot: string]: number}} items named A, B and C */
    this.slots = { a: -1, b: -1, c: -1 };
    /** @type {((what: string) => void)[]} */
    this.listeners = [];
  }

  /** @param {(what: string) => void} listener */
  listen(listener) { this.listeners.push(listener); }

  /** @param {string} what gap, map, beside, contours, colour, hover, pin, selection, found, tool, slots */
  changed(what) { for (const listener of this.listeners) listener(what); }

  /**
   * What is added to both kinds now.
   * @returns {import("./space.js").Shift}
   */
  shift() { return this.isCentred ? centring : shiftBy(this.lambda, this.distance); }

  /** Whether the gap is closed as far as moving both means together closes it. */
  get isClosed() { return !this.isCentred && Math.abs(this.lambda - this.distance) < 1e-9; }

  /** The item that is looked at: under the pointer, else the pinned one. */
  get focus() { return this.hovered >= 0 ? this.hovered : this.pinned; }

  /** @param {number} item */
  partner(item) { return (item + this.pairs) % (2 * this.pairs); }

  /**
   * Whether an item is neither greyed by a selection nor by a search.
   * @param {number} item
   */
  isLit(item) {
    return (this.selectedCount === 0 || this.selected[item] === 1) && (!this.found || this.found[item] === 1);
  }

  /** @param {number} item */
  hover(item) {
    if (item === this.hovered) return;
    this.hovered = item;
    this.changed("hover");
  }

  /** @param {number} item */
  pin(item) {
    this.pinned = item;
    this.changed("pin");
  }

  /**
   * @param {Uint8Array} mask
   * @param {boolean} [isKept] whether undo comes back here
   */
  select(mask, isKept = true) {
    if (isKept) this.past.push(this.selected);
    if (this.past.length > 50) this.past.shift();
    this.selected = mask;
    this.selectedCount = mask.reduce((sum, one) => sum + one, 0);
    if (this.selectedCount === 0) this.isolated = false;
    this.changed("selection");
  }

  undo() {
    const before = this.past.pop();
    if (before) this.select(before, false);
  }

  invert() { this.select(this.selected.map((one) => 1 - one)); }
}
