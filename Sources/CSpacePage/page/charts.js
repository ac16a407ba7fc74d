// Below: the gap on a slider, the figures of the state, and three plots. What the page computes now stands above what
// `space gap` computed of the vectors as trained.
import { bins } from "./space.js";
import { element } from "./detail.js";
import { signed } from "./matrix.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").Data} Data */
/** @typedef {import("./space.js").Figures} Figures */

/**
 * @param {string} tag
 * @param {{[name: string]: string | number}} attributes
 * @param {...(string | Node)} content
 */
function svg(tag, attributes, ...content) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...content);
  return made;
}

/**
 * @param {number} value
 * @param {number} digits
 */
const short = (value, digits) => signed(value, digits).replace(/^(−?)0\./, "$1.");

export class GapView {
  /**
   * @param {State} state
   * @param {Data} data
   * @param {(id: string) => HTMLElement} place
   * @param {(ask: any) => Promise<any>} ask
   */
  constructor(state, data, place, ask) {
    this.state = state;
    this.data = data;
    this.place = place;
    this.ask = ask;
    this.slider = /** @type {HTMLInputElement} */ (place("lambda"));
    const gap = data.facts.gap;
    this.limit = Math.max(2 * gap.distance, 0.5);
    [this.slider.min, this.slider.max] = [String(-0.5 * gap.distance), String(this.limit)];
    this.slider.disabled = gap.distance < 1e-12;
    this.slider.addEventListener("input", () => this.move(Number(this.slider.value)));
    for (const one of place("states").querySelectorAll("button")) {
      one.addEventListener("click", () => this.go(one.dataset.state || ""));
    }
    /** @type {Figures | null} */
    this.figures = null;
    this.busy = false;
    this.again = false;
    this.low = 0;
    state.listen((what) => { if (what === "gap") this.measure(); });
    this.drawLandscape();
    this.show();
  }

  /** @param {number} lambda near the two ends that have names it takes them */
  move(lambda) {
    const { state } = this;
    const distance = this.data.facts.gap.distance;
    const near = (/** @type {number} */ value) => Math.abs(lambda - value) < 0.04 * distance;
    state.lambda = near(0) ? 0 : near(distance) ? distance : Math.min(Math.max(lambda, -0.5 * distance), this.limit);
    state.isCentred = false;
    state.changed("gap");
  }

  /** @param {string} name trained, closed or centred */
  go(name) {
    const { state } = this;
    state.isCentred = name === "centred";
    state.lambda = name === "closed" ? this.data.facts.gap.distance : 0;
    state.changed("gap");
  }

  /** Has the figures of the state computed; of a dragged slider's states those that the worker is free for. */
  async measure() {
    this.showState();
    if (this.busy) return void (this.again = true);
    this.busy = true;
    const shift = this.state.shift();
    this.figures = await this.ask({ kind: "measure", shift });
    this.busy = false;
    this.show();
    if (this.again) {
      this.again = false;
      this.measure();
    }
  }

  /** What is known at once: where the slider stands. */
  showState() {
    const { state, place, data } = this;
    const gap = data.facts.gap;
    this.slider.value = String(state.isCentred ? 0 : state.lambda);
    const name = state.isCentred ? "centred" : state.isClosed ? "closed" : state.lambda === 0 ? "trained" : "";
    for (const one of place("states").querySelectorAll("button")) {
      one.setAttribute("role", "radio");
      one.setAttribute("aria-checked", String(one.dataset.state === name));
    }
    place("lambda-read").textContent = state.isCentred ? "–" : signed(state.lambda, 3);
    place("gap-note").textContent = gap.distance < 1e-12 ? "The means coincide: there is no gap to close."
      : state.isCentred ? "Each kind less its mean, lengths 1 again."
      : state.lambda === 0 ? `λ = ${short(gap.distance, 3)} closes it.` : "Both moved, lengths made 1 again.";
    this.showLandscape();
  }

  show() {
    this.showState();
    const { state, figures, place, data } = this;
    const gap = data.facts.gap;
    const among = figures && figures.sample < state.pairs ? ` (${figures.sample} pairs)` : "";
    const now = (/** @type {(f: Figures) => number | null} */ pick) => (figures ? pick(figures) : null);
    const rows = [
      ["Distance of the means", now((f) => f.distance), gap.distance, 4],
      [`Loss, both ways, scale ${+gap.scale.toPrecision(6)}`, now((f) => f.loss), gap.loss, 4],
      ["Loss as published", now((f) => f.published), gap.loss_as_published, 4],
      ["R@1 picture → caption" + among, now((f) => f.imageToText[0]), gap.retrieval.as_trained.image_to_text.r1, 3],
      ["R@1 caption → picture" + among, now((f) => f.textToImage[0]), gap.retrieval.as_trained.text_to_image.r1, 3],
      ["R@10 among both kinds" + among, now((f) => f.mixed), gap.mixed.as_trained.r10, 3],
    ];
    place("numbers").replaceChildren(...rows.map(([title, value, before, digits]) => {
      const told = value === null || value === undefined ? (figures ? "–" : "…") : short(Number(value), Number(digits));
      const cell = element("div", "number", element("span", "name", String(title)), element("b", "", told),
        element("span", "before", before === null || before === undefined ? "no whole batch"
          : `as trained ${short(Number(before), Number(digits))}`));
      if (value !== null && value !== undefined) cell.dataset.value = String(value);
      return cell;
    }));
    this.showRecalls();
    this.showSpread();
  }

  drawLandscape() {
    const { landscape, scale, batch } = this.data.facts.gap;
    const [width, height, left, right, top, bottom] = [400, 150, 34, 8, 8, 34];
    const losses = landscape.flatMap((/** @type {any} */ one) => [one.loss, one.loss_at_best_scale]);
    const most = Math.max(...losses, this.data.facts.gap.loss) * 1.05;
    const x = (/** @type {number} */ value) => left + ((value + 5) / 10) * (width - left - right);
    const y = (/** @type {number} */ value) => height - bottom - (value / most) * (height - top - bottom);
    this.scaleX = x;
    this.scaleY = y;
    const line = (/** @type {string} */ key) => landscape.map((/** @type {any} */ one, /** @type {number} */ k) =>
      `${k ? "L" : "M"}${x(one.lambda).toFixed(1)} ${y(one[key]).toFixed(1)}`).join("");
    const ticks = [-4, -2, 0, 2, 4].map((value) => svg("text", { x: x(value), y: height - bottom + 13, class: "tick middle" }, signed(value, 0)));
    const step = most > 6 ? 4 : most > 2.5 ? 2 : most > 1.2 ? 1 : 0.5;
    const levels = [];
    for (let value = 0; value <= most; value += step) {
      levels.push(svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }),
        svg("text", { x: left - 6, y: y(value) + 3.5, class: "tick end" }, String(value)));
    }
    this.dot = svg("circle", { r: 4, class: "dot" });
    this.stem = svg("line", { y1: top, y2: height - bottom, class: "stem" });
    this.place("landscape").replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Loss over λ; the minimum as trained need not lie where the gap is closed" },
      ...levels, ...ticks, svg("path", { d: line("loss_at_best_scale"), class: "curve second" }),
      svg("path", { d: line("loss"), class: "curve first" }), this.stem, this.dot,
      svg("text", { x: left, y: height - 4, class: "tick" }, `λ · line: loss at scale ${+scale.toPrecision(4)}, batches of ${batch}; dashes: at the best scale`)));
  }

  showLandscape() {
    const { state, figures, dot, stem, scaleX, scaleY } = this;
    if (!dot || !stem || !scaleX || !scaleY) return;
    const shown = !state.isCentred;
    for (const one of [dot, stem]) one.setAttribute("visibility", shown ? "visible" : "hidden");
    stem.setAttribute("x1", String(scaleX(state.lambda)));
    stem.setAttribute("x2", String(scaleX(state.lambda)));
    dot.setAttribute("cx", String(scaleX(state.lambda)));
    if (figures) dot.setAttribute("cy", String(scaleY(figures.loss)));
  }

  showRecalls() {
    const { figures, data } = this;
    const { retrieval, mixed } = data.facts.gap;
    const before = retrieval.as_trained;
    const rows = [1, 5, 10].flatMap((k, slot) => [
      [`picture → caption, first ${k}`, figures ? figures.imageToText[slot] : 0, before.image_to_text["r" + k], "image"],
      [`caption → picture, first ${k}`, figures ? figures.textToImage[slot] : 0, before.text_to_image["r" + k], "text"],
    ]).concat([["among both kinds, first 10", figures ? figures.mixed : 0, mixed.as_trained.r10, "both"]]);
    const [width, left, line] = [400, 196, 19];
    const bar = (/** @type {number} */ share) => share * (width - left - 40);
    this.place("recalls").replaceChildren(svg("svg", { viewBox: `0 0 ${width} 150`, role: "img",
      "aria-label": "Share of searches that find the partner; ticks: as trained" },
      ...rows.flatMap(([title, share, was, kind], k) => [
        svg("text", { x: left - 8, y: k * line + 16, class: "tick end" }, String(title)),
        svg("rect", { x: left, y: k * line + 7, width: bar(1), height: 11, class: "bed" }),
        svg("rect", { x: left, y: k * line + 7, width: Math.max(bar(Number(share)), 0), height: 11, class: "bar " + kind }),
        svg("line", { x1: left + bar(Number(was)), x2: left + bar(Number(was)), y1: k * line + 4, y2: k * line + 21, class: "was" }),
        svg("text", { x: width - 34, y: k * line + 16, class: "tick" }, short(Number(share), 2)),
      ]), svg("text", { x: left, y: 148, class: "tick" }, "upright lines: as trained")));
  }

  showSpread() {
    const { figures } = this;
    const [width, height, bottom] = [400, 150, 34];
    const names = ["picture–picture", "caption–caption", "partners", "other pairs"];
    const kinds = ["image", "text", "partner", "other"];
    if (figures && !this.low) {   // chosen once, so that the axis stays
      const all = figures.histograms.flat().reduce((sum, one) => sum + one, 0);
      const below = figures.histograms.reduce((sum, one) => sum + one.slice(0, 28).reduce((part, k) => part + k, 0), 0);
      this.low = below > 0.002 * all ? -1 : -0.3;
    }
    const low = this.low || -0.3;
    const x = (/** @type {number} */ value) => 6 + ((value - low) / (bins.high - low)) * (width - 12);
    const curves = (figures ? figures.histograms : []).map((counts, kind) => {
      const total = counts.reduce((sum, one) => sum + one, 0) || 1;
      const step = (bins.high - bins.low) / bins.count;
      const d = counts.map((one, k) => ({ one, value: bins.low + (k + 0.5) * step })).filter(({ value }) => value > low)
        .map(({ one, value }, k) => `${k ? "L" : "M"}${x(value).toFixed(1)} `
          + (height - bottom - Math.min(one / total / 0.3, 1) * (height - bottom - 6)).toFixed(1)).join("");
      return svg("path", { d, class: "curve spread " + kinds[kind] });
    });
    const ticks = (low < -0.5 ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map((value) => svg("text", { x: Math.min(Math.max(x(value), 14), width - 14), y: height - bottom + 13, class: "tick middle" }, short(value, 2)));
    let at = 6;
    const key = names.flatMap((name, kind) => {
      const parts = [svg("line", { x1: at, x2: at + 14, y1: height - 7, y2: height - 7, class: "curve spread " + kinds[kind] }),
        svg("text", { x: at + 18, y: height - 4, class: "tick" }, name)];
      at += 28 + name.length * 5.6;
      return parts;
    });
    this.place("spread").replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Shares of cosines by kind of pair" },
      svg("line", { x1: 6, x2: width - 6, y1: height - bottom, y2: height - bottom, class: "grid" }), ...curves, ...ticks, ...key));
  }
}
