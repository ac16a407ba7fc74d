// Layouts, colourings and tools; the search; a caption of one's own.
import { Tower } from "./tower.js";
import { shortened } from "./sketch.js";
import { colourings, mapNames } from "./map.js";
import { element } from "./detail.js";
import { findPairs } from "./search.js";
import { piecesOf, place } from "./places.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").MapView} MapView */
/** @typedef {import("./detail.js").DetailView} DetailView */

/**
 * Layouts, colourings, tools.
 * @param {State} state
 * @param {import("./state.js").Facts} facts
 */
export function choices(state, facts) {
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
export function searching(state, captions, pairs) {
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
export function typing(facts, captions, state, map, detail, ask) {
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
