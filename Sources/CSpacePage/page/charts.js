// Below: the gap on a slider, the figures of the state, and four plots. What the page computes now stands above what
// `space gap` computed of the vectors as trained.
import { element } from "./elements.js";
import { drawCurves, mark } from "./landscape.js";
import { short, signed } from "./numbers.js";
import { showRecalls } from "./recalls.js";
import { showSpread } from "./spread.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").Data} Data */
/** @typedef {import("./space.js").Figures} Figures */

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
    state.listen((what) => { if (what === "gap") this.measure(); });
    this.losses = this.lossCurves();
    this.searches = this.searchCurves();
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
    this.showMarks();
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
    showRecalls(place("recalls"), gap, figures);
    showSpread(place("spread"), figures);
  }

  /** The loss along the gap, as `space gap` has it. */
  lossCurves() {
    const { landscape, scale, batch, loss } = this.data.facts.gap;
    const [own, best] = ["loss", "loss_at_best_scale"].map((key) => landscape.map((/** @type {any} */ one) => one[key]));
    const most = Math.max(...own, ...best, loss) * 1.05;
    const step = most > 6 ? 4 : most > 2.5 ? 2 : most > 1.2 ? 1 : 0.5;
    return drawCurves(this.place("landscape"), landscape.map((/** @type {any} */ one) => one.lambda),
      [{ values: best, kind: "second" }, { values: own, kind: "first" }], {
        most, levels: Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => k * step), ticks: [-4, -2, 0, 2, 4], digits: 0,
        label: "Loss over λ; the minimum as trained need not lie where the gap is closed",
        words: `λ · line: loss at scale ${+scale.toPrecision(4)}, batches of ${batch}; dashes: at the best scale`,
      });
  }

  /** Searches among all pairs along the gap, counted beforehand; none where there is no gap. */
  searchCurves() {
    const { searches, gap } = this.data.facts;
    if (!searches.length) {
      this.place("along").replaceChildren(element("p", "quiet", "There is no gap to move along."));
      return null;
    }
    const recall = (/** @type {(one: any) => number} */ pick) => searches.map(pick);
    const most = gap.distance;
    const step = most > 1 ? 1 : most > 0.4 ? 0.5 : most > 0.2 ? 0.2 : 0.1;
    const last = searches[searches.length - 1].lambda;
    return drawCurves(this.place("along"), searches.map((one) => one.lambda), [
      { values: recall((one) => one.imageToText[0]), kind: "image" }, { values: recall((one) => one.textToImage[0]), kind: "second" },
      { values: recall((one) => one.mixed), kind: "both" },
    ], {
      most: 1, levels: [0, 0.5, 1], ticks: Array.from({ length: Math.floor(last / step) + 1 }, (_, k) => k * step),
      digits: step < 1 ? 1 : 0, label: "Share of searches among all pairs that find the partner, over λ, counted by the command",
      words: "λ · blue R@1 from pictures, dashed from captions; grey R@10 mixed",
    });
  }

  showMarks() {
    const { state, figures, losses, searches } = this;
    const lambda = state.isCentred ? null : state.lambda;
    if (losses) mark(losses, lambda, figures ? figures.loss : null);
    if (searches) mark(searches, lambda, null);
  }
}
