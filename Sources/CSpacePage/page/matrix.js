// All similarities at once: pictures, then captions, against the same, in the order of the clusters. Cells are exact;
// of many pairs a sample is shown, spread evenly over the window's part of the order.
import { colourCells } from "./cells.js";
import { groupColour } from "./colours.js";
import { signed } from "./numbers.js";
import { shortened } from "./sketch.js";
import { listenToWindow } from "./window.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").Data} Data */

const most = 300;

export class MatrixView {
  /**
   * @param {State} state
   * @param {Data} data
   * @param {any} space what `movedBy` needs
   * @param {{canvas: HTMLCanvasElement, over: HTMLCanvasElement, labels: HTMLElement, what: HTMLElement, read: HTMLElement}} places
   * @param {(ask: any) => Promise<any>} ask
   */
  constructor(state, data, space, places, ask) {
    this.state = state;
    this.data = data;
    this.space = space;
    this.ask = ask;
    this.canvas = places.canvas;
    this.over = places.over;
    this.labels = places.labels;
    this.what = places.what;
    this.read = places.read;
    this.window = { start: 0, end: state.pairs };
    /** @type {number[]} pairs shown */
    this.items = [];
    this.placeOf = new Map();
    /** @type {Float32Array | null} */
    this.base = null;
    this.values = new Float32Array(0);
    this.asked = 0;
    /** The lowest cosine that has a colour of its own; chosen once, so that a colour means the same all the time. */
    this.low = 0;
    this.still = document.createElement("canvas");
    this.side = 0;
    this.paints = { ink: "#000000", card: "#ffffff" };
    state.listen((what) => {
      if (what === "gap") this.colour();
      if (what === "selection" || what === "found") this.drawStill();
      if (what === "hover" || what === "pin") this.drawOver();
    });
    /** @type {{row: number, column: number, p: number} | undefined} the cell under the pointer */
    this.cell = undefined;
    listenToWindow(this);
    new ResizeObserver(() => { this.drawStill(); this.name(); }).observe(this.over);
  }

  /** Chooses what is shown of the window, and has it computed. */
  async load() {
    const { start, end } = this.window;
    const count = Math.min(end - start, most);
    const items = Array.from({ length: count }, (_, k) =>
      this.data.order[start + Math.floor((k * (end - start)) / count)]);
    const number = ++this.asked;
    const { base } = await this.ask({ kind: "matrix", items });
    if (number !== this.asked) return;
    this.items = items;
    this.base = base;
    this.placeOf = new Map(items.map((pair, place) => [pair, place]));
    this.what.textContent = count < end - start
      ? `${count} of ${(end - start).toLocaleString("en")} pairs, evenly over the clusters; cells exact`
      : end - start < this.state.pairs ? `${count} pairs of ${this.state.pairs}; double-click shows all`
      : `all ${count} pairs, like beside like`;
    this.colour();
    this.name();
  }

  /** Cosines of the state, and their colours. */
  colour() {
    if (!this.base) return;
    colourCells(this);
    this.drawStill();
  }

  /** Clusters as places from..to of what is shown. */
  groups() {
    const { items, data } = this;
    /** @type {{group: number, from: number, to: number}[]} */
    const found = [];
    for (let place = 0; place < items.length; place++) {
      const group = data.groupOf[items[place]];
      const last = found[found.length - 1];
      if (last && last.group === group) last.to = place + 1;
      else found.push({ group, from: place, to: place + 1 });
    }
    return found;
  }

  /** Labels beside the pictures' half, none over another. */
  name() {
    const { labels: names, sizes } = this.data.facts.clusters;
    const m = this.items.length;
    const side = this.over.clientHeight;
    let free = 0;
    this.labels.replaceChildren(...this.groups().flatMap(({ group, from, to }) => {
      const middle = ((from + to) / 2 / (2 * m)) * side;
      const top = Math.max(middle - 8, free);
      if (!names[group] || (to - from) / (2 * m) * side < 7 || top > side / 2) return [];
      free = top + 15;
      const label = document.createElement("span");
      label.textContent = shortened(names[group], 24);
      label.title = `${names[group]}: ${sizes[group]} pairs`;
      label.style.top = `${top}px`;
      label.style.borderColor = groupColour(group);
      return [label];
    }));
  }

  /** What changes with every move of the pointer: the cross. */
  drawOver() {
    const { over, still } = this;
    const context = /** @type {CanvasRenderingContext2D} */ (over.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, over.width, over.height);
    context.drawImage(still, 0, 0);
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (this.items.length) this.cross(context, this.side, this.side / (2 * this.items.length));
  }

  /** What stays: veils, clusters, the four quarters. */
  drawStill() {
    const { over, still, items, state } = this;
    const ratio = devicePixelRatio || 1;
    const side = over.clientWidth;
    this.side = side;
    over.width = over.height = still.width = still.height = Math.max(1, Math.round(side * ratio));
    const context = /** @type {CanvasRenderingContext2D} */ (still.getContext("2d"));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const m = items.length;
    if (!m) return;
    const cell = side / (2 * m);
    const style = getComputedStyle(document.documentElement);
    const [ink, card] = ["--ink", "--card"].map((name) => style.getPropertyValue(name).trim());
    this.paints = { ink, card };
    if (state.selectedCount || state.found) {   // what is not lit is veiled, not hidden
      context.fillStyle = card;
      context.globalAlpha = 0.72;
      for (let k = 0; k < 2 * m; k++) {
        if (state.isLit(k < m ? items[k] : items[k - m] + state.pairs)) continue;
        context.fillRect(0, k * cell, side, cell);
        context.fillRect(k * cell, 0, cell, side);
      }
      context.globalAlpha = 1;
    }
    context.strokeStyle = ink;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    for (const { from, to } of this.groups()) {
      if ((to - from) * cell < 5) continue;
      for (const [x, y] of [[0, 0], [m, m], [0, m], [m, 0]]) {
        context.strokeRect((x + from) * cell + 0.5, (y + from) * cell + 0.5, (to - from) * cell - 1, (to - from) * cell - 1);
      }
    }
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(side / 2, 0); context.lineTo(side / 2, side);
    context.moveTo(0, side / 2); context.lineTo(side, side / 2);
    context.stroke();
    context.font = "600 11px system-ui, sans-serif";
    for (const [text, x, y] of /** @type {[string, number, number][]} */ ([
      ["picture × picture", 7, 15], ["picture × caption", side / 2 + 7, 15], ["caption × picture", 7, side / 2 + 15],
      ["caption × caption", side / 2 + 7, side / 2 + 15],
    ])) {
      context.lineWidth = 3;
      context.strokeStyle = card;
      context.strokeText(text, x, y);
      context.fillStyle = ink;
      context.fillText(text, x, y);
    }
    this.drawOver();
  }

  /**
   * The line and the column of the item looked at.
   * @param {CanvasRenderingContext2D} context
   * @param {number} side
   * @param {number} cell
   */
  cross(context, side, cell) {
    const { state, items } = this;
    const { ink, card } = this.paints;
    const m = items.length;
    const focus = state.focus;
    const place = focus < 0 ? undefined : this.placeOf.get(focus % state.pairs);
    if (place === undefined) {
      this.read.textContent = focus < 0 ? "Hover a cell to read it; scroll to zoom."
        : "The pair looked at is not among those shown here.";
      return;
    }
    const row = this.cell && focus === this.cell.p ? this.cell.row : (focus < state.pairs ? place : m + place);
    const column = this.cell && focus === this.cell.p ? this.cell.column : (row + m) % (2 * m);
    context.lineWidth = 1;
    const band = Math.max(cell, 2);
    for (const [x, y, w, h] of [[0, row * cell, side, band], [column * cell, 0, band, side]]) {
      context.strokeStyle = card;
      context.strokeRect(x - 1.5, y - 1.5, w + 3, h + 3);
      context.strokeStyle = ink;
      context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
    }
    const name = (/** @type {number} */ k) => (k < m ? "picture " : "caption ") + (items[k % m] + 1);
    const value = this.values[row * 2 * m + column];
    this.read.innerHTML = "";
    const number = document.createElement("b");
    number.textContent = "cosine " + signed(value, 4);
    this.read.append(`${name(row)} × ${name(column)}: `, number);
  }

}
