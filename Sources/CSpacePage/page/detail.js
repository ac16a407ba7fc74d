// On the right: the pair that is looked at and what lies nearest to it in the space itself; the selection against the
// rest; and, before anything is touched, what can be done.
import { drawThumbnail, shortened } from "./sketch.js";
import { signed } from "./numbers.js";
import { button, element } from "./elements.js";
import { keptSets, selectionParts } from "./selection.js";
import { kindColours } from "./colours.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").Data} Data */

export class DetailView {
  /**
   * @param {State} state
   * @param {Data} data
   * @param {HTMLElement} place
   * @param {(ask: any) => Promise<any>} ask
   */
  constructor(state, data, place, ask) {
    this.state = state;
    this.data = data;
    this.place = place;
    this.ask = ask;
    this.asked = 0;
    this.isBusy = false;
    /** @type {{title: string, query: any[]} | null} what is shown where no pair is looked at */
    this.question = null;
    /** @type {any} the last question */
    this.waiting = null;
    this.looked = element("div", "looked");
    this.near = element("div", "near");
    this.chosen = element("div", "chosen");
    place.replaceChildren(this.looked, this.near, this.chosen);
    state.listen((what) => {
      if (["hover", "pin", "gap", "slots"].includes(what)) this.look();
      if (["selection", "found", "slots"].includes(what)) this.choose();
      if (what === "selection" && state.focus < 0) this.look();
    });
    this.look();
    this.choose();
  }

  /** @param {number} item */
  caption(item) {
    const { captions } = this.data;
    return captions.length ? captions[item % this.state.pairs] : "";
  }

  /**
   * @param {number} pair
   * @param {number} side
   */
  picture(pair, side) {
    const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", "picture"));
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.height = side * ratio;
    canvas.style.width = canvas.style.height = side + "px";
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.imageSmoothingQuality = "high";
    drawThumbnail(context, this.data, pair, 0, 0, side * ratio);
    return canvas;
  }

  async look() {
    const { state, data } = this;
    const item = state.focus;
    const number = ++this.asked;
    if (item < 0 && this.question) {
      this.looked.replaceChildren(element("h2", "", this.question.title, element("small", "", "Esc lets go")));
      this.fill(number, this.question.query, () => [], -1);
      return;
    }
    if (item < 0) {
      if (state.selectedCount) this.looked.replaceChildren();
      else this.looked.replaceChildren(element("h2", "", "Look at a pair"), this.steps());
      this.near.replaceChildren();
      return;
    }
    const [pair, isImage] = [item % state.pairs, item < state.pairs];
    const head = element("h2", "", isImage ? "Picture " : "Caption ", String(pair + 1));
    const sign = element("i", isImage ? "disc" : "diamond");
    sign.style.background = kindColours()[isImage ? 0 : 1];
    head.prepend(sign);
    if (state.pinned === item) head.append(element("small", "", "pinned · Esc lets go"));
    const body = element("div", data.facts.thumbnails ? "pair seen" : "pair");
    if (data.facts.thumbnails) body.append(this.picture(pair, 112));
    const words = this.caption(item);
    body.append(element("p", "caption", words || "(this page has no captions)"));
    const group = data.groupOf[pair];
    const label = data.facts.clusters.labels[group];
    const rows = [
      ["partner's rank, as trained", `${data.ranks[item]} of ${state.pairs}`],
      ["cosine with partner, as trained", signed(data.cosines[pair], 4)],
      ["cluster", (label ? shortened(label, 26) : String(group + 1)) + ` (${data.facts.clusters.sizes[group]})`],
    ];
    const table = element("table", "facts", ...rows.map(([name, value]) =>
      element("tr", "", element("th", "", name), element("td", "", value))));
    const slots = element("p", "slots", "name it ", ...["a", "b", "c"].map((slot) => button(slot.toUpperCase(), () => {
      state.slots[slot] = state.slots[slot] === item ? -1 : item;
      state.changed("slots");
    }, "for A + B − C, and for a map of cosines with A and B")));
    this.looked.replaceChildren(head, body, table, slots);
    this.fill(number, [{ item, sign: 1 }], (answer) => [
      ["both now", `${signed(answer.cosine, 4)}, rank ${answer.rank}`],
    ], item);
  }

  /**
   * Asks for what lies nearest to a query, and shows it if nothing else was asked since.
   * @param {number} number
   * @param {any[]} query
   * @param {(answer: any) => string[][]} rows
   * @param {number} own
   */
  async fill(number, query, rows, own) {
    const { state } = this;
    this.waiting = { number, query, rows, own };
    if (this.isBusy) return;   // a pointer that runs over many points asks about the last one only
    this.isBusy = true;
    const answer = await this.ask({ kind: "ask", query, shift: state.shift() });
    this.isBusy = false;
    const { waiting } = this;
    if (waiting.number !== number) {
      this.fill(waiting.number, waiting.query, waiting.rows, waiting.own);
      return;
    }
    if (number !== this.asked) return;
    const table = element("table", "facts", ...rows(answer).map(([name, value]) =>
      element("tr", "", element("th", "", name), element("td", "", value))));
    this.near.replaceChildren(table, ...this.lists(answer, own));
  }

  /**
   * The nearest pictures and captions.
   * @param {any} answer
   * @param {number} own
   */
  lists(answer, own) {
    const { state, data } = this;
    const partner = own < 0 ? -1 : state.partner(own);
    const open = (/** @type {HTMLElement} */ place, /** @type {number} */ item) => {
      place.addEventListener("click", () => state.pin(item));
      place.title = this.caption(item);
      if (item === partner) place.classList.add("own");
      return place;
    };
    const pictures = data.facts.thumbnails
      ? element("div", "strip", ...answer.images.slice(0, 5).map((/** @type {any} */ one) => open(element("button", "",
        this.picture(one.item, 46), element("span", "", signed(one.cosine, 3))), one.item)))
      : element("ol", "lines", ...answer.images.slice(0, 4).map((/** @type {any} */ one) => element("li", "", open(
        element("button", "", element("span", "", signed(one.cosine, 3)), "picture " + (one.item + 1)
          + (data.captions.length ? ": " + shortened(this.caption(one.item), 60) : "")), one.item))));
    const captions = element("ol", "lines", ...answer.texts.slice(0, 5).map((/** @type {any} */ one) => element("li", "",
      open(element("button", "", element("span", "", signed(one.cosine, 3)),
        this.caption(one.item) ? shortened(this.caption(one.item), 72) : "caption " + (one.item - state.pairs + 1)), one.item))));
    return [element("h3", "", "Nearest pictures"), pictures, element("h3", "", "Nearest captions"), captions];
  }

  /**
   * What lies near a typed caption, or near A + B - C.
   * @param {string} title
   * @param {any[]} query
   */
  askAbout(title, query) {
    this.question = { title, query };
    this.state.pinned = -1;
    this.state.hovered = -1;
    this.state.changed("pin");
  }

  steps() {
    const { data } = this;
    return element("ul", "steps", ...[
      "Hover a point or a cell: its pair is shown in every view. Click to keep it.",
      "Drag the slider below: the gap closes, and every number follows.",
      "Lasso points on the map; the matrix and the figures keep to them.",
      "Find words in captions, above.",
      ...(data.facts.tower ? ["Type a caption of your own below the map: the model's text tower runs in this page."] : []),
      "Keys: / finds, [ ] moves the gap, arrows go from pair to pair, ? tells all.",
    ].map((text) => element("li", "", text)));
  }

  /** The selection, and A + B - C. */
  choose() {
    const { state } = this;
    const parts = [];
    const named = ["a", "b", "c"].filter((slot) => state.slots[slot] >= 0);
    if (named.length) {
      parts.push(element("h2", "", "A + B − C"));
      parts.push(element("ul", "lines", ...named.map((slot) => {
        const item = state.slots[slot];
        return element("li", "", element("b", "", slot.toUpperCase() + " "),
          (item < state.pairs ? "picture " : "caption ") + (item % state.pairs + 1) + " ", shortened(this.caption(item), 44));
      })));
      const query = named.map((slot) => ({ item: state.slots[slot], sign: slot === "c" ? -1 : 1 }));
      const formula = named.map((slot) => (slot === "c" ? "− " : "+ ") + slot.toUpperCase()).join(" ").replace(/^\+ /, "");
      parts.push(element("p", "buttons", button("What is near " + formula, () => this.askAbout(formula, query)),
        button("Forget them", () => {
          state.slots = { a: -1, b: -1, c: -1 };
          state.changed("slots");
        })));
    }
    if (state.selectedCount) parts.push(...selectionParts(state, this.data, () => this.choose()));
    else if (state.sets.length) parts.push(element("h2", "", "Kept sets"), keptSets(state));
    this.chosen.replaceChildren(...parts);
  }
}
