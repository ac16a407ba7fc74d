// The selected points against the rest: figures, words, named sets, files.
import { signed } from "./numbers.js";
import { button, element } from "./elements.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").Data} Data */

/** @param {State} state */
export function keptSets(state) {
  return element("p", "buttons", ...state.sets.map((set) => button(set.name, () => state.select(set.items.slice()))));
}

/**
 * What is told of the selected points against the rest, and what can be done with them.
 * @param {State} state
 * @param {Data} data
 * @param {() => void} again shows it anew
 */
export function selectionParts(state, data, again) {
  const [inside, outside] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  let pictures = 0;
  for (let i = 0; i < 2 * state.pairs; i++) {
    (state.selected[i] ? inside : outside).push(i);
    if (state.selected[i] && i < state.pairs) pictures++;
  }
  const mean = (/** @type {number[]} */ items) => items.length
    ? signed(items.reduce((sum, i) => sum + data.cosines[i % state.pairs], 0) / items.length, 3) : "–";
  const first = (/** @type {number[]} */ items) => items.length
    ? (100 * items.filter((i) => data.ranks[i] === 1).length / items.length).toFixed(0) + " %" : "–";
  const row = (/** @type {string[]} */ ...cells) => element("tr", "", element("th", "", cells[0]),
    ...cells.slice(1).map((cell) => element("td", "", cell)));
  const table = element("table", "facts compare", row("", "selected", "rest"),
    row("mean cosine with partner", mean(inside), mean(outside)),
    row("partner found first", first(inside), first(outside)));
  const words = wordsOf(data.captions, inside, outside, state.pairs);
  return [
    element("h2", "", "Selection", element("small", "",
      `${inside.length} points: ${pictures} pictures, ${inside.length - pictures} captions`)),
    table, ...(words ? [element("p", "quiet", "words more often here: ", element("b", "", words))] : []),
    element("p", "buttons", button("Clear", () => state.select(new Uint8Array(2 * state.pairs))),
      button("Invert", () => state.invert()), button("Undo", () => state.undo()),
      button(state.isolated ? "Show the rest" : "Only these", () => {
        state.isolated = !state.isolated;
        state.changed("selection");
      }), button("Keep as a set", () => {
        state.sets.push({ name: `set ${state.sets.length + 1} (${inside.length})`, items: state.selected.slice() });
        again();
      }), button("Save CSV", () => save(state, data, "csv", inside)), button("Save JSON", () => save(state, data, "json", inside))),
    ...(state.sets.length ? [keptSets(state)] : []),
  ];
}

/**
 * The words that stand in captions of the selected pairs more often than elsewhere.
 * @param {string[]} captions
 * @param {number[]} inside
 * @param {number[]} outside
 * @param {number} total of pairs
 */
function wordsOf(captions, inside, outside, total) {
  if (!captions.length) return "";
  const count = (/** @type {number[]} */ items) => {
    const counts = new Map();
    const pairs = new Set(items.map((i) => i % total));
    for (const pair of pairs) {
      for (const word of new Set(captions[pair].toLowerCase().match(/\p{L}{3,}/gu) || [])) counts.set(word, (counts.get(word) || 0) + 1);
    }
    return { counts, size: Math.max(pairs.size, 1) };
  };
  const [here, there] = [count(inside), count(outside)];
  return [...here.counts].map(([word, times]) => ({
    word, times, more: (times / here.size) / (((there.counts.get(word) || 0) + 0.5) / there.size),
  })).filter(({ times, more }) => times > 1 && more > 1.5).sort((p, q) => q.more * q.times - p.more * p.times)
    .slice(0, 5).map(({ word }) => word).join(", ");
}

/**
 * The selection as a file.
 * @param {State} state
 * @param {Data} data
 * @param {"csv" | "json"} form
 * @param {number[]} items
 */
function save(state, data, form, items) {
  const records = items.map((item) => ({
    item: item % state.pairs, modality: item < state.pairs ? "image" : "text",
    cluster: data.groupOf[item % state.pairs], cosine: data.cosines[item % state.pairs], rank: data.ranks[item],
    caption: data.captions.length ? data.captions[item % state.pairs] : "",
  }));
  const quoted = (/** @type {unknown} */ value) => /[",\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value);
  const text = form === "json" ? JSON.stringify(records, null, 1) + "\n"
    : ["item,modality,cluster,cosine,rank,caption", ...records.map((one) => Object.values(one).map(quoted).join(","))].join("\n") + "\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: form === "json" ? "application/json" : "text/csv" }));
  link.download = "selection." + form;
  link.click();
  URL.revokeObjectURL(link.href);
}
