// Colours of the map's points and lines, and what they mean.
import { amountColour, greyColour, groupColour, kindColours, rgb } from "./colours.js";
import { variantOf } from "./layouts.js";
import { mix, rangeOf } from "./sketch.js";

/** Colourings: what a point's colour says. */
export const colourings = /** @type {{[key: string]: string}} */ ({
  kind: "picture or caption", group: "cluster", cosine: "cosine with partner", rank: "rank of partner",
  trust: "trust in its place",
});

/** Of more pairs no lines are drawn: they would be ink only. */
export const mostLines = 2000;

/**
 * Colours, sizes and the order of drawing: grey below, lit above.
 * @param {import("./map.js").MapView} view
 */
export function paintPoints(view) {
  const { state, data, count } = view;
  const style = getComputedStyle(document.documentElement);
  const [ink, paper, quiet] = ["--ink", "--card", "--quiet"].map((name) => style.getPropertyValue(name).trim());
  view.paints = { ink, paper, quiet };
  const n = state.pairs;
  const [kinds, grey] = [kindColours().map(rgb), rgb(greyColour())];
  const groups = Array.from({ length: 10 }, (_, k) => rgb(groupColour(k)));
  const { number } = variantOf(view);
  const trusts = number >= 0 ? data.trusts[number] : null;
  const range = rangeOf(data.cosines);
  const size = n > 3000 ? 4 : n > 600 ? 6 : 8;
  const dim = /** @type {number[]} */ ([]);
  const lit = /** @type {number[]} */ ([]);
  for (let k = 0; k < count; k++) {
    const i = k;
    const pair = i % n;
    const isLit = state.isLit(i);
    let colour = grey;
    if (isLit) {
      colour = state.colour === "group" ? groups[data.groupOf[pair] % 10]
        : state.colour === "cosine" ? amountColour((data.cosines[pair] - range[0]) / (range[1] - range[0]))
        : state.colour === "rank" ? amountColour(1 - Math.log(data.ranks[i]) / Math.log(n))
        : state.colour === "trust" && trusts ? amountColour(1 - (1 - trusts[i]) * 4)
        : kinds[i < n ? 0 : 1];
    }
    view.colours.set(colour, 4 * i);
    view.colours[4 * i + 3] = isLit ? (n > 3000 ? 190 : 225) : 150;
    view.sizes[i] = isLit ? size : Math.max(size - 2, 3);
    if (isLit) lit.push(i);
    else if (!state.isolated || state.selected[i]) dim.push(i);
  }
  if (lit.length > 1) mix(lit);   // so that neither kind lies above the other
  view.order = Uint32Array.from(dim.concat(lit));
  view.lines = partnerLines(view);
  if (view.key) showColours(view, view.key, range);
}

/**
 * What colours and shapes mean.
 * @param {import("./map.js").MapView} view
 * @param {HTMLElement} holder
 * @param {number[]} range
 */
function showColours(view, holder, range) {
  const { state } = view;
  const kinds = kindColours();
  const item = (/** @type {string} */ colour, /** @type {string} */ shape, /** @type {string} */ text) => {
    const span = document.createElement("span");
    const sign = document.createElement("i");
    sign.className = shape;
    sign.style.background = colour;
    span.append(sign, text);
    return span;
  };
  const amounts = (/** @type {string} */ low, /** @type {string} */ high) => {
    const span = document.createElement("span");
    const sign = document.createElement("i");
    sign.className = "ramp";
    const stops = [0, 0.25, 0.5, 0.75, 1].map((part) => `rgb(${amountColour(part)})`);
    sign.style.background = `linear-gradient(90deg, ${stops})`;
    span.append(low, sign, high);
    return span;
  };
  const shapes = view.count === state.pairs ? [item("var(--quiet)", "disc", "a pair")]
    : state.colour === "kind" ? [item(kinds[0], "disc", "picture"), item(kinds[1], "diamond", "caption")]
    : [item("var(--quiet)", "disc", "picture"), item("var(--quiet)", "diamond", "caption")];
  const colour = state.colour === "cosine" ? [amounts(range[0].toFixed(2), range[1].toFixed(2))]
    : state.colour === "rank" ? [amounts("last of " + state.pairs, "first")]
    : state.colour === "trust" ? [amounts(".75 or less", "1")] : [];
  holder.replaceChildren(...shapes, ...colour);
}

/**
 * Lines between partners, darker the higher their cosine: a long dark one is the map's fault.
 * @param {import("./map.js").MapView} view
 */
function partnerLines(view) {
  const { state, data, count } = view;
  const n = state.pairs;
  const none = { lines: new Uint32Array(0), lineColours: new Uint8Array(0) };
  if (count < 2 * n) return none;
  const lines = [];
  const range = rangeOf(data.cosines);
  const alphas = [];
  for (let i = 0; i < n; i++) {
    const isLit = state.isLit(i) && state.isLit(i + n);
    if (!isLit) continue;
    lines.push(i, i + n);
    alphas.push(0.08 + 0.4 * (data.cosines[i] - range[0]) / (range[1] - range[0]));
    if (lines.length > 2 * mostLines) return none;
  }
  const colour = rgb(view.paints.quiet);
  const lineColours = new Uint8Array(4 * lines.length);
  for (let k = 0; k < lines.length; k++) {
    lineColours.set(colour, 4 * k);
    lineColours[4 * k + 3] = Math.round(255 * alphas[k >> 1]);
  }
  return { lines: Uint32Array.from(lines), lineColours };
}
