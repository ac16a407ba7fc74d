"""Makes resampling.json: correlations of pairs when their words are drawn again, by numpy and scipy the long way, and
tests of equivalence by statsmodels.

Pinned: Python 3.11+, numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0. Run `python make_resampling.py` in this folder.
"""

import json

import numpy as np
import scipy
import statsmodels
from scipy.stats import pearsonr, spearmanr
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

assert (np.__version__, scipy.__version__, statsmodels.__version__) == ("2.4.6", "1.17.1", "0.15.0")
rng = np.random.default_rng(11)


def drawn(x, y, words, multiplicities):
    """Both correlations of the pairs, each repeated as often as the product of its words' multiplicities."""
    times = [multiplicities[a] if a == b else multiplicities[a] * multiplicities[b] for a, b in words]
    x, y = np.repeat(x, times), np.repeat(y, times)
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return pearsonr(x, y)[0], spearmanr(x, y)[0]


count, pairs = 60, 300
effects = rng.normal(size=(2, count))
words = rng.integers(0, count, (pairs, 2))
words[0] = (5, 5)  # a pair of a word with itself
x = np.round(effects[0][words].sum(1) + rng.normal(size=pairs), 1)  # with ties
y = np.round(0.5 * x + effects[1][words].sum(1) + rng.normal(size=pairs), 1)
cases = []
for _ in range(40):
    multiplicities = np.bincount(rng.integers(0, count, count), minlength=count)
    cases.append({"drawn": multiplicities.tolist(), "r": drawn(x, y, words, multiplicities)})
many = np.array([
    drawn(x, y, words, np.bincount(rng.integers(0, count, count), minlength=count)) for _ in range(20000)])
quantiles = np.quantile(many, [0.025, 0.975], axis=0)

equivalence = []
for n, m, shift, margin in [(12, 12, 0.1, 1.0), (12, 12, 0.9, 1.0), (4, 9, 0.0, 2.5), (3, 3, -0.4, 0.2), (40, 25, 0.0, 0.5)]:
    a, b = rng.normal(shift, 1, n), rng.normal(0, 1.5, m)
    row = {"a": a.tolist(), "b": b.tolist(), "margin": margin}
    for name, kind in [("pooled", "pooled"), ("welch", "unequal")]:
        p, lower, upper = ttost_ind(a, b, -margin, margin, usevar=kind)
        row[name] = [float(p), float(lower[0]), float(upper[0]), float(lower[2])]
    if n == m:
        p, lower, upper = ttost_paired(a, b, -margin, margin)
        row["paired"] = [float(p), float(lower[0]), float(upper[0]), float(lower[2])]
    equivalence.append(row)

with open("resampling.json", "w") as file:
    json.dump({"x": x.tolist(), "y": y.tolist(), "words": words.tolist(), "cases": cases,
               "pearson": quantiles[:, 0].tolist(), "spearman": quantiles[:, 1].tolist(),
               "equivalence": equivalence}, file)
    file.write("\n")
