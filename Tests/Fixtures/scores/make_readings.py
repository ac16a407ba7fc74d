"""Makes readings.json: linear readings by scikit-learn, and the kernel distance by torch-fidelity with precision and
recall by numpy the long way.

Pinned: Python 3.11, numpy 2.4.6, scikit-learn 1.9.1, torch-fidelity 0.3.0. Run `python make_readings.py` in this folder.
"""

import json
import sys
from unittest import mock

for name in ("torchvision", "torchvision.datasets", "torchvision.transforms"):  # only its data sets need it
    sys.modules[name] = mock.MagicMock()

import numpy as np
import sklearn
import torch
import torch_fidelity
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score, roc_auc_score
from torch_fidelity.metric_kid import kid_features_to_metric

assert (np.__version__, sklearn.__version__) == ("2.4.6", "1.9.1")
assert torch_fidelity.__version__ == "0.3.0"
rng = np.random.default_rng(5)

x = np.round(rng.normal(size=(60, 7)) * [1, 2, 0.5, 1, 3, 1, 1] + 4, 3)
x[:, 6] = x[:, 0] * 2  # two columns that say the same
signal = x @ rng.normal(size=7)
y = np.sign(np.round((signal - signal.mean()) / signal.std() + rng.normal(size=60) * 0.7)).astype(float)
labels = y > 0
train, test = slice(0, 40), slice(40, 60)
ridge = []
for alpha in (0.01, 1, 100):
    fit = Ridge(alpha=alpha, solver="svd").fit(x[train], y[train])
    ridge.append({"alpha": alpha, "w": fit.coef_.tolist(), "b": float(fit.intercept_),
                  "r2": r2_score(y[test], fit.predict(x[test]))})
logistic = []
for c in (0.001, 0.1, 10):
    fit = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x[train], labels[train])
    score = fit.decision_function(x[test])
    logistic.append({"c": c, "w": fit.coef_[0].tolist(), "b": float(fit.intercept_[0]),
                     "auc": roc_auc_score(labels[test], score),
                     "loss": log_loss(labels[test], fit.predict_proba(x[test])[:, 1], normalize=False)})
values = np.round(rng.normal(size=50), 1)  # with ties
weights = rng.integers(0, 4, 50).astype(float)
truth = rng.random(50) < 0.4
areas = {"values": values.tolist(), "labels": truth.tolist(), "weights": weights.tolist(),
         "auc": roc_auc_score(truth, values), "weighted": roc_auc_score(truth, values, sample_weight=weights)}

first = rng.normal(size=(40, 6)).astype(np.float32)
second = (rng.normal(size=(50, 6)) * 1.2 + 0.3).astype(np.float32)


def kid(subsets, size):
    a, b = torch.tensor(first).double(), torch.tensor(second).double()
    found = kid_features_to_metric(a, b, kid_subsets=subsets, kid_subset_size=size, kid_degree=3, kid_gamma=None,
                                   kid_coef0=1, rng_seed=2020, verbose=False)
    draws = np.random.RandomState(2020)
    order = [[draws.choice(len(a), size, replace=False).tolist(), draws.choice(len(b), size, replace=False).tolist()]
             for _ in range(subsets)]
    return {"size": size, "subsets": order, "mean": found["kernel_inception_distance_mean"],
            "std": found["kernel_inception_distance_std"]}


def radii(z, k):
    d = np.linalg.norm(z[:, None].astype(float) - z[None].astype(float), axis=-1)
    return np.sort(d, axis=1)[:, k]  # the point itself comes first


def covered(z, support, k):
    d = np.linalg.norm(z[:, None].astype(float) - support[None].astype(float), axis=-1)
    return float((d <= radii(support, k)[None]).any(1).mean())


result = {"x": x.tolist(), "y": y.tolist(), "ridge": ridge, "logistic": logistic, "areas": areas,
          "first": first.tolist(), "second": second.tolist(), "kid": [kid(3, 20), kid(2, 40)],
          "precision": covered(first, second, 3), "recall": covered(second, first, 3)}
with open("readings.json", "w") as file:
    json.dump(result, file)
    file.write("\n")
