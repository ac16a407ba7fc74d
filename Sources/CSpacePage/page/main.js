// The page begins: numbers are taken out of their elements, the worker is given its part, views are made.
import { bytesOf } from "./blocks.js";
import { State } from "./state.js";
import { readAddress } from "./link.js";
import { element } from "./elements.js";
import { MapView } from "./map.js";
import { MatrixView } from "./matrix.js";
import { DetailView } from "./detail.js";
import { GapView } from "./charts.js";
import { keyTexts, listenToKeys } from "./keys.js";
import { piecesOf, place } from "./places.js";
import { choices, searching } from "./controls.js";
import { typing } from "./typed.js";
import { addresses } from "./address.js";

/**
 * @param {string} name
 * @returns {Uint8Array} at the beginning of its memory
 */
function bytes(name) {
  const found = bytesOf(piecesOf(name));
  return found.byteOffset % 8 === 0 ? found : found.slice();
}

const doubles = (/** @type {string} */ name) => { const b = bytes(name); return new Float64Array(b.buffer, b.byteOffset, b.length / 8); };
const singles = (/** @type {string} */ name) => { const b = bytes(name); return new Float32Array(b.buffer, b.byteOffset, b.length / 4); };
const wholes = (/** @type {string} */ name) => { const b = bytes(name); return new Uint32Array(b.buffer, b.byteOffset, b.length / 4); };

/**
 * A worker whose answers are promises.
 * @param {string} text
 */
function startWorker(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(address);
  /** @type {Map<number, {done: (answer: any) => void, failed: (reason: Error) => void}>} */
  const open = new Map();
  let number = 0;
  worker.onmessage = ({ data }) => {
    const waiting = open.get(data.id);
    open.delete(data.id);
    if (waiting && data.error) waiting.failed(new Error(data.error));
    else if (waiting) waiting.done(data.answer);
  };
  worker.onerror = (event) => trouble(new Error(event.message));
  return (/** @type {any} */ ask, /** @type {Transferable[]} */ transfer = []) => new Promise((done, failed) => {
    open.set(++number, { done, failed });
    worker.postMessage({ id: number, ...ask }, transfer);
  });
}

/** @param {unknown} error */
function trouble(error) {
  const box = place("trouble");
  box.hidden = false;
  box.textContent = "This page cannot go on: " + (error instanceof Error ? error.message : String(error));
  console.error(error);
}

/** When the rest of the file has been read. */
const whole = () => new Promise((done) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done, { once: true });
  else done(null);
});

/**
 * The worker, which is given the vectors as soon as they have been read; what is asked before then waits.
 * @param {import("./state.js").Facts} facts
 * @param {{toImage: Float64Array, toText: Float64Array}} space
 */
function vectors(facts, space) {
  const { pairs, means, gap } = facts;
  const worker = startWorker(place("worker").textContent || "");
  const steps = facts.vectors.form === "float32" ? null : singles("steps");
  const signs = facts.vectors.isTurned ? bytes("signs") : null;
  const loaded = whole().then(() => worker({
    kind: "load", facts: { pairs, vectors: facts.vectors, means, gap: { distance: gap.distance, batch: gap.batch, scale: gap.scale } },
    vectors: piecesOf("vectors"), steps, signs: signs && new Int8Array(signs.buffer, signs.byteOffset, signs.length),
    toImage: space.toImage, toText: space.toText,
  }));
  return { loaded, ask: (/** @type {any} */ question) => loaded.then(() => worker(question)) };
}

async function begin() {
  const facts = /** @type {import("./state.js").Facts} */ (JSON.parse(place("facts").textContent || ""));
  const captions = /** @type {string[]} */ (JSON.parse(place("captions").textContent || "[]"));
  const state = new State(facts.pairs, facts.gap.distance);
  const space = { pairs: facts.pairs, means: facts.means, toImage: doubles("to-mean-image"), toText: doubles("to-mean-text") };
  const { ask, loaded } = vectors(facts, space);
  const order = wholes("order");
  const groupOf = new Int32Array(facts.pairs);
  facts.clusters.sizes.reduce((from, size, group) => {
    for (let k = from; k < from + size; k++) groupOf[order[k]] = group;
    return from + size;
  }, 0);
  /** @type {import("./map.js").Data} */
  const data = {
    facts, captions, order, groupOf, cosines: doubles("cosines"), ranks: wholes("ranks"),
    maps: facts.maps.map((_, number) => singles("map-" + number)),
    trusts: facts.maps.map((map, number) => (map.hasTrust ? singles("trust-" + number) : null)), sheets: [],
  };
  place("app").hidden = false;
  words(facts);
  readAddress(state, location.hash);
  const key = (/** @type {string} */ id) => /** @type {HTMLCanvasElement} */ (place(id));
  const map = new MapView(state, data, { canvas: key("map"), over: key("map-over"), key: place("colours"), what: place("map-what") }, ask);
  const maps = besides(state, map, () => new MapView(state, data, {
    canvas: key("beside-map"), over: key("beside-over"), key: null, what: place("beside-what"),
  }, ask, true));
  const matrix = new MatrixView(state, data, space, {
    canvas: key("matrix"), over: key("matrix-over"), labels: place("matrix-labels"), what: place("matrix-what"), read: place("matrix-read"),
  }, ask);
  const detail = new DetailView(state, data, place("detail"), ask);
  const gap = new GapView(state, data, place, ask);
  const controls = choices(state, facts);
  const find = searching(state, captions.map((text) => text.toLowerCase()), facts.pairs);
  const forget = () => {
    const had = detail.question !== null || map.mark !== null;
    detail.question = null;
    for (const one of maps()) {
      one.mark = null;
      one.redraw(false);
    }
    detail.look();
    return had;
  };
  listenToKeys(state, { map, gap, order, find: /** @type {HTMLInputElement} */ (place("find")), help, forget, ...controls });
  typing(facts, captions, state, maps, detail, ask);
  map.choose();
  state.changed("beside");
  find();
  addresses(state, () => { find(); controls.show(); });
  paper(maps, matrix, gap);
  place("help").addEventListener("click", help);
  await loaded;
  await matrix.load();
  document.documentElement.dataset.usable = String(Math.round(performance.now()));
  await gap.measure();
  for (let sheet = 0; sheet < (facts.thumbnails?.sheets ?? 0); sheet++) {
    data.sheets.push(await createImageBitmap(new Blob([bytes("sheet-" + sheet)], { type: "image/jpeg" })));
  }
  if (data.sheets.length) { for (const one of maps()) one.redraw(); detail.look(); }
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
  document.documentElement.dataset.painter = map.isLight ? "webgl2" : "canvas";
  Object.assign(window, { explorer: { state, map, maps, matrix, gap, detail, data, ask } });
}

/**
 * What is seen, in words.
 * @param {import("./state.js").Facts} facts
 */
function words(facts) {
  const { gap } = facts;
  const fixed = (/** @type {number} */ value, /** @type {number} */ digits) => value.toFixed(digits).replace(/^0/, "");
  place("source").textContent = facts.title;
  place("source").title = facts.source;
  const before = gap.mixed.as_trained.r10, after = gap.mixed.closed.r10;
  place("lead").textContent = `${facts.pairs.toLocaleString("en")} pictures and their captions in one space of ${facts.width} numbers. `
    + `Their means lie ${fixed(gap.distance, 2)} apart; close that gap, and the partner is among the first ten of everything for `
    + `${(100 * after).toFixed(0)} % instead of ${(100 * before).toFixed(0)} %.`;
  const sampled = facts.clusters.sample ? [`Clusters: a tree of ${facts.clusters.sample} pairs, which the others join.`] : [];
  place("made").textContent = [facts.made, `seed ${facts.seed}`, `vectors as ${facts.vectors.form}`, ...sampled, ...facts.remarks,
    "This page is complete in itself: it loads nothing and sends nothing."].join(" · ");
  const help = place("help-text");
  help.append(element("p", "", "Everything is linked: what is hovered, pinned, selected or found in one view is so in all. "
    + "Drag moves the map, scrolling zooms map and matrix, double-click shows all again. Distances on a map mean little; "
    + "neighbours do as far as its trustworthiness says. The figures below move with the slider; those marked as trained "
    + "are what the command “synesthesia space gap” prints."),
  element("table", "facts", ...keyTexts.map(([keys, text]) => element("tr", "",
    element("th", "", element("kbd", "", keys)), element("td", "", text)))));
}

/**
 * One map, and another beside it, made when it is first asked for.
 * @param {State} state
 * @param {MapView} map
 * @param {() => MapView} make
 * @returns {() => MapView[]} those that are shown
 */
function besides(state, map, make) {
  /** @type {MapView | null} */
  let other = null;
  state.listen((what) => {
    if (what !== "beside") return;
    const isTwo = state.beside !== "";
    place("second").hidden = !isTwo;
    /** @type {HTMLElement} */ (document.querySelector("main")).classList.toggle("two", isTwo);
    if (isTwo && !other) {
      other = make();
      other.choose();
    }
  });
  return () => (other && other.isShown ? [map, other] : [map]);
}

/**
 * @param {() => MapView[]} maps
 * @param {MatrixView} matrix
 * @param {GapView} gap
 */
function paper(maps, matrix, gap) {
  const again = () => {
    for (const map of maps()) map.paint();
    matrix.colour();
    matrix.name();
    gap.show();
  };
  place("paper").addEventListener("click", () => {
    const root = document.documentElement;
    const isDarkNow = getComputedStyle(root).getPropertyValue("--is-dark").trim() === "1";
    root.dataset.paper = isDarkNow ? "light" : "dark";
    again();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

function help() { /** @type {HTMLDialogElement} */ (place("help-box")).showModal(); }

begin().catch(trouble);
