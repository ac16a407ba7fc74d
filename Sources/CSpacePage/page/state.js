// What is shown, in one place: whoever changes it says so, whoever shows it listens. Kept in the address, so that a
// link brings it back.
import { centring, shiftBy } from "./space.js";

/**
 * @typedef {{vectors: {form: string, columns: number, isTurned: boolean}, pairs: number, width: number, source: string, title: string,
 *   gap: any, means: any, maps: {method: string, fit: string, variant: string, trustworthiness?: number,
 *   shares?: number[], hasTrust: boolean}[], clusters: {rows: string, sizes: number[], labels: string[],
 *   sample?: number}, thumbnails?: {side: number, columns: number, perSheet: number, sheets: number}, tower?: any,
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

  /** @param {string} what gap, map, colour, hover, pin, selection, found, tool, slots */
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

/**
 * Numbers as small bytes: differences of ascending ones, seven bits at a time, in the address's Base64.
 * @param {number[]} items
 */
export function packed(items) {
  const bytes = [];
  let last = 0;
  for (const item of items) {
    let rest = item - last;
    last = item;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest >>= 7;
    }
    bytes.push(rest);
  }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/**
 * @param {string} text
 * @returns {number[]}
 */
export function unpacked(text) {
  let letters;
  try { letters = atob(text.replace(/-/g, "+").replace(/_/g, "/")); } catch { return []; }
  const items = [];
  let [last, rest, shift] = [0, 0, 0];
  for (let i = 0; i < letters.length; i++) {
    const byte = letters.charCodeAt(i);
    rest += (byte & 127) << shift;
    shift += 7;
    if (byte < 128) {
      last += rest;
      items.push(last);
      [rest, shift] = [0, 0];
    }
  }
  return items;
}

/**
 * The state as the part of an address behind #.
 * @param {State} state
 */
export function addressOf(state) {
  const parts = new URLSearchParams({ v: "1", map: state.method, fit: state.fit });
  if (state.isCentred) parts.set("gap", "centred");
  else if (state.lambda !== 0) parts.set("gap", String(state.lambda));
  if (state.colour !== "kind") parts.set("colour", state.colour);
  if (state.pinned >= 0) parts.set("pin", String(state.pinned));
  if (state.search) parts.set("find", state.search);
  if (state.any) parts.set("any", "1");
  if (state.isolated) parts.set("only", "1");
  for (const slot of ["a", "b", "c"]) if (state.slots[slot] >= 0) parts.set(slot, String(state.slots[slot]));
  if (state.selectedCount > 0) {
    const items = [];
    for (let i = 0; i < state.selected.length; i++) if (state.selected[i]) items.push(i);
    parts.set("set", packed(items));
  }
  return "#" + parts.toString();
}

/**
 * Brings back what an address says; what it does not say, or says wrongly, is as at the beginning.
 * @param {State} state
 * @param {string} address
 */
export function readAddress(state, address) {
  const parts = new URLSearchParams(address.replace(/^#/, ""));
  const known = parts.get("v") === "1" ? parts : new URLSearchParams();
  const item = (/** @type {string} */ name) => {
    const value = Number(known.get(name) ?? -1);
    return Number.isInteger(value) && value >= 0 && value < 2 * state.pairs ? value : -1;
  };
  state.method = known.get("map") || "pca";
  state.fit = known.get("fit") || "both";
  state.isCentred = known.get("gap") === "centred";
  const lambda = Number(known.get("gap"));
  state.lambda = !state.isCentred && Number.isFinite(lambda) && Math.abs(lambda) <= 5 ? lambda : 0;
  state.colour = known.get("colour") || "kind";
  state.pinned = item("pin");
  state.search = known.get("find") || "";
  state.any = known.get("any") === "1";
  for (const slot of ["a", "b", "c"]) state.slots[slot] = item(slot);
  const mask = new Uint8Array(2 * state.pairs);
  for (const one of unpacked(known.get("set") || "")) if (one < mask.length) mask[one] = 1;
  state.selected = mask;
  state.selectedCount = mask.reduce((sum, one) => sum + one, 0);
  state.isolated = known.get("only") === "1" && state.selectedCount > 0;
}
