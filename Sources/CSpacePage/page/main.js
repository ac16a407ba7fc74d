// The page begins: numbers are taken out of their elements, the worker is given its part, views are made.
import { bytesOf } from "./blocks.js";
import { addressOf, readAddress, State } from "./state.js";
import { Tower } from "./tower.js";
import { colourings, mapNames, MapView, shortened } from "./map.js";
import { MatrixView } from "./matrix.js";
import { DetailView, element } from "./detail.js";
import { GapView } from "./charts.js";
import { findPairs } from "./search.js";
import { keyTexts, listenToKeys } from "./keys.js";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
const place = (id) => {
  const found = document.getElementById(id);
  if (!found) throw new Error("the page has no " + id);
  return found;
};

/**
 * The pieces of a block, whose elements are then let go.
 * @param {string} name
 * @returns {string[]}
 */
function piecesOf(name) {
  const pieces = [];
  for (let number = 0; ; number++) {
    const part = document.getElementById(`${name}.${number}`);
    if (!part) return pieces;
    pieces.push(part.textContent || "");
    part.remove();
  }
}

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

async function begin() {
  const facts = /** @type {import("./state.js").Facts} */ (JSON.parse(place("facts").textContent || ""));
  const captions = /** @type {string[]} */ (JSON.parse(place("captions").textContent || "[]"));
  const state = new State(facts.pairs, facts.gap.distance);
  const ask = startWorker(place("worker").textContent || "");
  const steps = facts.vectors.form === "float32" ? null : singles("steps");
  const signs = facts.vectors.isTurned ? bytes("signs") : null;
  const space = { pairs: facts.pairs, means: facts.means, toImage: doubles("to-mean-image"), toText: doubles("to-mean-text") };
  const loaded = ask({
    kind: "load", facts: { pairs: facts.pairs, vectors: facts.vectors, means: facts.means, gap: {
      distance: facts.gap.distance, batch: facts.gap.batch, scale: facts.gap.scale } },
    vectors: piecesOf("vectors"), steps, signs: signs && new Int8Array(signs.buffer, signs.byteOffset, signs.length),
    toImage: space.toImage, toText: space.toText,
  });
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
    map.mark = null;
    map.redraw(false);
    detail.look();
    return had;
  };
  listenToKeys(state, { map, gap, order, find: /** @type {HTMLInputElement} */ (place("find")), help, forget, ...controls });
  typing(facts, captions, state, map, detail, ask);
  map.choose();
  find();
  addresses(state, () => { find(); controls.show(); });
  paper(map, matrix, gap);
  place("help").addEventListener("click", help);
  await loaded;
  await matrix.load();
  document.documentElement.dataset.usable = String(Math.round(performance.now()));
  await gap.measure();
  for (let sheet = 0; sheet < (facts.thumbnails?.sheets ?? 0); sheet++) {
    data.sheets.push(await createImageBitmap(new Blob([bytes("sheet-" + sheet)], { type: "image/jpeg" })));
  }
  if (data.sheets.length) { map.redraw(); detail.look(); }
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
  document.documentElement.dataset.painter = map.isLight ? "webgl2" : "canvas";
  Object.assign(window, { explorer: { state, map, matrix, gap, detail, data, ask } });
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
  element("table", "facts", ...keyTexts.map(([keys, text]) => element("tr", "", element("th", "", element("kbd", "", keys)), element("td", "", text)))));
}

/**
 * Layouts, colourings, tools.
 * @param {State} state
 * @param {import("./state.js").Facts} facts
 */
function choices(state, facts) {
  const names = [...new Set(facts.maps.map((map) => map.method + " " + map.fit))].filter((name) => mapNames[name]);
  const holder = place("maps");
  const buttons = names.concat("axes both").map((name) => {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", mapNames[name]));
    button.type = "button";
    button.dataset.map = name;
    button.addEventListener("click", () => take(name));
    return button;
  });
  holder.replaceChildren(...buttons);
  const take = (/** @type {string} */ name) => {
    [state.method, state.fit] = name.split(" ");
    state.changed("map");
  };
  const select = /** @type {HTMLSelectElement} */ (place("colour"));
  for (const [name, text] of Object.entries(colourings)) {
    if (name === "trust" && !facts.maps.some((map) => map.hasTrust)) continue;
    const option = /** @type {HTMLOptionElement} */ (element("option", "", text));
    option.value = name;
    select.append(option);
  }
  select.addEventListener("change", () => { state.colour = select.value; state.changed("colour"); });
  const tools = [...place("tools").querySelectorAll("button")];
  for (const one of tools) one.addEventListener("click", () => { state.tool = one.dataset.tool || "pan"; state.changed("tool"); });
  const show = () => {
    if (!names.includes(state.method + " " + state.fit) && state.method !== "axes") [state.method, state.fit] = names[0].split(" ");
    if (!colourings[state.colour]) state.colour = "kind";
    for (const one of buttons) {
      one.setAttribute("role", "radio");
      one.setAttribute("aria-checked", String(one.dataset.map === state.method + " " + state.fit));
      if (one.dataset.map === "axes both") {
        one.disabled = state.slots.a < 0 || state.slots.b < 0;
        one.title = one.disabled ? "name a pair A and another B, on the right" : "";
      }
    }
    select.value = state.colour;
    for (const one of tools) {
      one.setAttribute("role", "radio");
      one.setAttribute("aria-checked", String(one.dataset.tool === state.tool));
    }
  };
  state.listen(show);
  show();
  const next = (/** @type {string[]} */ all, /** @type {string} */ now) => all[(all.indexOf(now) + 1) % all.length];
  return {
    show, nextMap: () => take(next(names, state.method + " " + state.fit)),
    nextColour: () => {
      state.colour = next([...select.options].map((one) => one.value), state.colour);
      state.changed("colour");
    },
  };
}

/**
 * @param {State} state
 * @param {string[]} captions lower case
 * @param {number} pairs
 */
function searching(state, captions, pairs) {
  const [input, any] = [/** @type {HTMLInputElement} */ (place("find")), /** @type {HTMLInputElement} */ (place("any"))];
  const find = () => {
    if (document.activeElement !== input) input.value = state.search;
    any.checked = state.any;
    state.found = findPairs(state.search, state.any, captions, pairs);
    const count = state.found ? state.found.reduce((sum, one) => sum + one, 0) / 2 : 0;
    place("found").textContent = state.found ? `${count.toLocaleString("en")} of ${pairs.toLocaleString("en")} pairs` : "";
    state.changed("found");
  };
  input.addEventListener("input", () => { state.search = input.value; find(); });
  any.addEventListener("change", () => { state.any = any.checked; find(); });
  place("search").addEventListener("submit", (event) => event.preventDefault());
  return find;
}

/**
 * A caption of one's own, through the text tower.
 * @param {import("./state.js").Facts} facts
 * @param {string[]} captions
 * @param {State} state
 * @param {MapView} map
 * @param {DetailView} detail
 * @param {(ask: any) => Promise<any>} ask
 */
function typing(facts, captions, state, map, detail, ask) {
  if (!facts.tower) return;
  place("type").hidden = false;
  const input = /** @type {HTMLInputElement} */ (place("caption"));
  input.placeholder = shortened(captions[0] || "a caption", 48);
  /** @type {Tower | undefined} */
  let tower;
  const embed = (/** @type {string} */ text) => (tower = tower || new Tower(facts.tower, piecesOf("tower"))).embed(text);
  place("type").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    const { vector, tokens, cut } = embed(text);
    last = { text, query: [{ vector: Array.from(vector), sign: 1 }], words: `${tokens} tokens${cut ? ", the end cut off" : ""}; ` };
    await land();
    detail.askAbout("“" + text + "”", last.query);
  });
  /** @type {{text: string, query: any[], words: string} | null} */
  let last = null;
  const land = async () => {
    if (!last) return;
    const { text, query, words: told } = last;
    const isLinear = state.method === "pca";
    const { place: at } = await ask({ kind: "ask", query, shift: state.shift(), map: map.target, isLinear });
    map.mark = { x: at[0], y: at[1], text };
    map.redraw(false);
    place("typed").textContent = told + (isLinear ? "exact here" : "by its neighbours");
  };
  let timer = 0;
  state.listen((what) => {   // the caption moves with the space
    if (!map.mark || (what !== "gap" && what !== "map")) return;
    clearTimeout(timer);
    timer = setTimeout(land, 60);
  });
  Object.assign(window, { explorerTower: embed });
}

/**
 * @param {State} state
 * @param {() => void} show
 */
function addresses(state, show) {
  let timer = 0;
  state.listen((what) => {
    if (what === "hover" || what === "tool") return;
    clearTimeout(timer);
    const isStep = what === "pin" || what === "selection" || what === "map";
    timer = setTimeout(() => {
      const address = addressOf(state);
      if (address === location.hash) return;
      history[isStep ? "pushState" : "replaceState"](null, "", address);
    }, 150);
  });
  const back = () => {
    readAddress(state, location.hash);
    show();
    for (const what of ["map", "gap", "colour", "selection", "pin"]) state.changed(what);
  };
  addEventListener("popstate", back);
  place("link").addEventListener("click", async () => {
    history.replaceState(null, "", addressOf(state));
    const button = place("link");
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch { button.textContent = "It is in the address bar"; }
    setTimeout(() => { button.textContent = "Copy link"; }, 1500);
  });
}

/**
 * @param {MapView} map
 * @param {MatrixView} matrix
 * @param {GapView} gap
 */
function paper(map, matrix, gap) {
  const again = () => {
    map.paint();
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
