// Which layout a map shows: of those that were made, the state's own or its nearest; principal components live.

/** Names of layouts. */
export const mapNames = /** @type {{[key: string]: string}} */ ({
  "pca both": "PCA", "umap both": "UMAP", "tsne both": "t-SNE", "umap joint": "UMAP, joint", "axes both": "A × B",
});

/**
 * Which of the layouts at hand belongs to the state, and whether it is that of just this state.
 * @param {import("./map.js").MapView} view
 */
export function variantOf(view) {
  const { state, data } = view;
  const [method, fit] = view.layout;
  const distance = data.facts.gap.distance;
  const exact = state.isCentred ? "centred" : state.isClosed ? "closed" : state.lambda === 0 ? "as-trained" : "";
  const near = exact || (state.lambda > distance / 2 ? "closed" : "as-trained");
  const find = (/** @type {string} */ variant) => data.facts.maps.findIndex(
    (map) => map.method === method && map.fit === fit && map.variant === variant);
  let number = find(near);
  if (number < 0) number = find("as-trained");
  return { number, exact: exact !== "" && number >= 0 && data.facts.maps[number].variant === exact };
}

/**
 * Takes the layout that the state asks for.
 * @param {import("./map.js").MapView} view
 */
export async function chooseLayout(view) {
  const { state, data } = view;
  const name = view.layout.join(" ");
  if (name === "axes both") {
    const [a, b] = [state.slots.a, state.slots.b];
    if (a < 0 || b < 0) return;
    if (view.busy) return void (view.pending = true);
    view.busy = true;
    const { positions } = await view.ask({
      kind: "axes", a: [{ item: a, sign: 1 }], b: [{ item: b, sign: 1 }], shift: state.shift(),
    });
    view.busy = false;
    view.take(positions, name, "across: cosine with A, up: cosine with B");
    if (view.pending) { view.pending = false; chooseLayout(view); }
    return;
  }
  const { number, exact } = variantOf(view);
  if (number < 0) return;
  const map = data.facts.maps[number];
  if (view.layout[0] === "pca" && !exact) {
    if (view.busy) return void (view.pending = true);
    view.busy = true;
    const { positions } = await view.ask({
      kind: "components", shift: state.shift(), like: view.target.slice(), steps: state.pairs > 2000 ? 1 : 4,
    });
    view.busy = false;
    if (view.layout[0] === "pca") view.take(positions, name, "two first principal components, live");
    if (view.pending) { view.pending = false; chooseLayout(view); }
    return;
  }
  const variant = map.variant.replace("-", " ");
  const trust = map.trustworthiness === undefined ? "" : ` · trustworthiness ${map.trustworthiness.toFixed(3).replace(/^0/, "")}`;
  const share = map.shares ? ` · ${(100 * map.shares[0]).toFixed(0)} % and ${(100 * map.shares[1]).toFixed(0)} % of the variance` : "";
  const far = exact ? "" : `, not of this λ: ${mapNames[name]} does not move with the slider`;
  view.take(data.maps[number], name, `of the vectors ${variant}${far}${share}${trust}`);
}
