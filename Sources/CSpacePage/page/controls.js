// Layouts, colourings and tools; the search.
import { mapNames } from "./layouts.js";
import { colourings } from "./paint.js";
import { element } from "./elements.js";
import { findPairs } from "./search.js";
import { place } from "./places.js";

/** @typedef {import("./state.js").State} State */

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
  const option = (/** @type {string} */ value, /** @type {string} */ text) => {
    const made = /** @type {HTMLOptionElement} */ (element("option", "", text));
    made.value = value;
    return made;
  };
  const beside = /** @type {HTMLSelectElement} */ (place("beside"));
  beside.append(option("", "no map"), ...names.map((name) => option(name, mapNames[name])));
  const takeBeside = (/** @type {string} */ name) => { state.beside = name; state.changed("beside"); };
  beside.addEventListener("change", () => takeBeside(beside.value));
  const contours = /** @type {HTMLInputElement} */ (place("contours"));
  contours.addEventListener("change", () => { state.contours = contours.checked; state.changed("contours"); });
  const select = /** @type {HTMLSelectElement} */ (place("colour"));
  for (const [name, text] of Object.entries(colourings)) {
    if (name === "trust" && !facts.maps.some((map) => map.hasTrust)) continue;
    select.append(option(name, text));
  }
  select.addEventListener("change", () => { state.colour = select.value; state.changed("colour"); });
  const tools = [...place("tools").querySelectorAll("button")];
  for (const one of tools) one.addEventListener("click", () => { state.tool = one.dataset.tool || "pan"; state.changed("tool"); });
  const show = () => {
    if (!names.includes(state.method + " " + state.fit) && state.method !== "axes") [state.method, state.fit] = names[0].split(" ");
    if (!names.includes(state.beside)) state.beside = "";
    if (!colourings[state.colour]) state.colour = "kind";
    beside.value = state.beside;
    contours.checked = state.contours;
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
    nextBeside: () => takeBeside(next(["", ...names], state.beside)),
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
