// Where the names of clusters stand on a map.

/**
 * The middle of each cluster's captions, the median so that strays do not pull.
 * @param {import("./map.js").MapView} view
 */
export function clusterCentres(view) {
  const { data, state, target } = view;
  const [xs, ys] = [0, 1].map(() => data.facts.clusters.sizes.map(() => /** @type {number[]} */ ([])));
  for (let pair = 0; pair < state.pairs; pair++) {
    const item = view.count === state.pairs ? pair : pair + state.pairs;
    xs[data.groupOf[pair]].push(target[2 * item]);
    ys[data.groupOf[pair]].push(target[2 * item + 1]);
  }
  const middle = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];
  return xs.map((own, group) => ({ x: middle(own), y: middle(ys[group]) }));
}
