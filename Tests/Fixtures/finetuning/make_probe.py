"""Reference fits of linear probes: scikit-learn's logistic regression and ridge regression.

Run with:  python make_probe.py        (writes probe.json beside itself)
Made with: scikit-learn 1.9.1, numpy (python 3.11)
"""

import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(23)
cases = []
for labels, count, width, c in [(2, 61, 7, 0.1), (2, 40, 11, 1.0), (3, 71, 5, 0.01), (4, 90, 6, 1.0), (0, 53, 9, 0.1)]:
    x = rng.normal(size=(count, width)).round(6)
    signal = x @ rng.normal(size=(width, max(labels, 1))) + rng.normal(size=(count, max(labels, 1)))
    y = (2 + signal[:, 0]).round(6) if labels == 0 else (
        (signal[:, 0] > 0.3).astype(int) if labels == 2 else signal.argmax(1))
    if labels == 0:
        fit = Ridge(alpha=1 / c, tol=1e-12).fit(x, y)
    else:
        fit = LogisticRegression(C=c, tol=1e-12, max_iter=100000).fit(x, y)
    cases.append({"labels": labels, "c": c, "x": x.tolist(), "y": y.astype(float).tolist(),
                  "weights": np.atleast_2d(fit.coef_).tolist(),
                  "biases": np.atleast_1d(fit.intercept_).tolist(), "answers": fit.predict(x).astype(float).tolist()})
with open(os.path.join(HERE, "probe.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")
