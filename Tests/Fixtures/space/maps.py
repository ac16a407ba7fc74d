"""Makes maps.json with umap-learn 0.5, openTSNE 1.0 and scikit-learn: graphs, probabilities and measures of small sets.

Run: python maps.py > maps.json      (versions are written into the file)
"""

import json
import warnings

import numpy as np
import openTSNE
import scipy
import sklearn
import umap
from scipy.sparse.csgraph import laplacian
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.manifold._t_sne import _kl_divergence
from sklearn.metrics import pairwise_distances
from umap.umap_ import (
    compute_membership_strengths,
    find_ab_params,
    fuzzy_simplicial_set,
    nearest_neighbors,
    smooth_knn_dist,
)

warnings.filterwarnings("ignore")
random = np.random.default_rng(16)
centres = random.normal(size=(4, 12)) * 1.2
points = np.vstack([c + random.normal(size=(32, 12)) for c in centres])
points = (points / np.linalg.norm(points, axis=1, keepdims=True)).round(7)
new = random.normal(size=(9, 12)) + centres[0]
new = (new / np.linalg.norm(new, axis=1, keepdims=True)).round(7)
n = len(points)

# umap-learn, exact neighbours as below 4,096 points.
distances = pairwise_distances(points, metric="cosine")
ids, near, _ = nearest_neighbors(distances, 15, "precomputed", {}, False, np.random.RandomState(0))
sigma, rho = smooth_knn_dist(near.astype(np.float32), 15.0)
graph, _, _ = fuzzy_simplicial_set(distances, 15, np.random.RandomState(0), "precomputed", knn_indices=ids,
                                   knn_dists=near.astype(np.float32))
graph = graph.tocoo()
dense = graph.toarray().astype(float)
values = np.linalg.eigvalsh(laplacian(dense, normed=True))
a, b = find_ab_params(1.0, 0.1)

across = pairwise_distances(new, points, metric="cosine")
new_ids = np.argsort(across, axis=1, kind="stable")[:, :15]
new_near = np.take_along_axis(across, new_ids, axis=1).astype(np.float32)
new_sigma, new_rho = smooth_knn_dist(new_near, 15.0, local_connectivity=0.0)
_, _, weights, _ = compute_membership_strengths(new_ids.astype(np.int32), new_near, new_sigma, new_rho, bipartite=True)

# openTSNE
affinities = openTSNE.affinity.PerplexityBasedNN(
    points, perplexity=30, metric="cosine", method="exact", n_jobs=1, random_state=0
)
P = affinities.P.toarray()

# scikit-learn: gradient and divergence of a random map on the same P, and trustworthiness.
placed = random.normal(size=(n, 2)).round(6)
i, j = np.triu_indices(n, 1)
condensed = scipy.spatial.distance.squareform(P, checks=False)
divergence, gradient = _kl_divergence(placed.ravel(), condensed, 1, n, 2)
pca = PCA(3, svd_solver="full").fit(points / np.linalg.norm(points, axis=1, keepdims=True))

print(
    json.dumps(
        {
            "versions": {
                "umap-learn": umap.__version__, "openTSNE": openTSNE.__version__, "scikit-learn": sklearn.__version__,
            },
            "points": points.tolist(), "new": new.tolist(), "a": a, "b": b,
            "ids": ids.tolist(), "rho": rho.astype(float).tolist(), "sigma": sigma.astype(float).tolist(),
            "heads": graph.row.tolist(), "tails": graph.col.tolist(), "weights": graph.data.astype(float).tolist(),
            "laplacian": values[:6].tolist(),
            "newIds": new_ids.tolist(), "newSigma": new_sigma.astype(float).tolist(),
            "newWeights": weights.astype(float).tolist(),
            "probabilities": P[i, j].tolist(),
            "placed": placed.tolist(), "gradient": gradient.tolist(), "divergence": float(divergence),
            "pca": pca.transform(points / np.linalg.norm(points, axis=1, keepdims=True)).tolist(),
            "shares": pca.explained_variance_ratio_.tolist(),
            "trustworthiness": {
                str(k): float(trustworthiness(points, placed, n_neighbors=k, metric="cosine")) for k in (1, 5, 15)
            },
        },
        separators=(",", ":"),
    )
)
