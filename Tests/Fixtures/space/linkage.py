"""Makes linkage.json with SciPy 1.17: complete linkage, flat clusters, optimal leaf order of small point sets.

Run: python linkage.py > linkage.json
"""

import itertools
import json

import numpy as np
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import pdist, squareform

random = np.random.default_rng(20261127)
sets = {
    "ten": random.normal(size=(10, 3)),
    "two points": random.normal(size=(2, 3)),
    "clouds": np.vstack([random.normal(c, 0.5, size=(12, 4)) for c in (0, 3, -4)]),
    "sixty": random.normal(size=(60, 5)),
    "outliers": np.vstack([random.normal(size=(15, 2)), [[40, 0]], [[0, 55]], [[-70, 9]]]),
}


def least(tree, square):
    """The least sum of neighbours' distances of all 2^(n - 1) ways to turn the joints."""
    n = len(tree) + 1

    def lay(node, turns):
        if node < n:
            return [node]
        left, right = (lay(int(side), turns) for side in tree[node - n, :2])
        return right + left if turns[node - n] else left + right

    orders = (lay(2 * n - 2, turns) for turns in itertools.product((0, 1), repeat=n - 1))
    return min(float(sum(square[a, b] for a, b in zip(order, order[1:]))) for order in orders)


cases = []
for name, points in sets.items():
    points = points.round(6)
    distances = pdist(points)
    tree = linkage(distances, "complete")
    best = leaves_list(linkage(distances, "complete", optimal_ordering=True))
    square = squareform(distances)
    asked = [k for k in (1, 2, 3, 5, 10) if k <= len(points)]
    cases.append(
        {
            "name": name,
            "points": points.tolist(),
            "heights": tree[:, 2].tolist(),
            "sides": tree[:, :2].astype(int).tolist(),
            "sizes": tree[:, 3].astype(int).tolist(),
            "groups": {str(k): (fcluster(tree, k, "maxclust") - 1).tolist() for k in asked},
            "leastCost": least(tree, square) if len(points) <= 10 else None,
            "leafCost": float(sum(square[a, b] for a, b in zip(best, best[1:]))),
        }
    )
print(json.dumps(cases))
