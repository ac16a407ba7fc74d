"""Makes dependent.json: tests of dependent correlations and bootstrap intervals of correlations.

Pinned: Python 3.11+, numpy 2.4.6, scipy 1.17.1. Run `python make_dependent.py` in this folder.
The tests of dependent correlations are worked out in exact fractions and 50 decimal digits from the correlations,
by the formulas of Williams (1959) and Steiger (1980), in their textbook form; only their last step, the tail, is
scipy's. The bootstrap draws from our own SplitMix64, so that both sides see the same resamples; everything after
the draw is numpy's and scipy's.
"""

import json
from decimal import Decimal, getcontext

import numpy as np
import scipy
from scipy import stats

assert (np.__version__, scipy.__version__) == ("2.4.6", "1.17.1")
getcontext().prec = 50
rng = np.random.default_rng(1980)


def dependent(r1, r2, r12, n):
    a, b, c = Decimal(r1), Decimal(r2), Decimal(r12)
    m = (a + b) / 2
    det = 1 - a * a - b * b - c * c + 2 * a * b * c
    below = 2 * Decimal(n - 1) / Decimal(n - 3) * det + m * m * (1 - c) ** 3
    t = (a - b) * (Decimal(n - 1) * (1 + c) / below).sqrt()
    psi = c * (1 - 2 * m * m) - m * m * (1 - 2 * m * m - c * c) / 2
    s = psi / (1 - m * m) ** 2
    atanh = lambda r: ((1 + r) / (1 - r)).ln() / 2
    z = (atanh(a) - atanh(b)) * (Decimal(n - 3) / (2 - 2 * s)).sqrt()
    return {"r1": r1, "r2": r2, "r12": r12, "n": n, "t": float(t), "z": float(z),
            "p_t": float(2 * stats.t.sf(abs(float(t)), n - 3)), "p_z": float(2 * stats.norm.sf(abs(float(z))))}


rows = [dependent(*case) for case in [
    (.4, .5, .1, 103), (.5, .2, .1, 20), (.88, .44, .5, 65), (.6862, .6760, .91, 44009), (.4502, .3967, .87, 44009),
    (-.3, .3, -.2, 30), (.9, .899, .9999, 500), (.2, -.7, .1, 4), (0.0, .05, .0, 2000)]]

triples = []
for n, digits in [(5, 12), (12, 1), (60, 12), (200, 0), (1379, 2)]:
    gold = np.round(rng.normal(0, 2, n), digits)
    first = np.round(gold + rng.normal(0, 2, n), digits)
    second = np.round(0.6 * gold + 0.3 * first + rng.normal(0, 2, n), digits)
    row = {"gold": gold.tolist(), "first": first.tolist(), "second": second.tolist()}
    for name, r in [("pearson", lambda x, y: stats.pearsonr(x, y)[0]),
                    ("spearman", lambda x, y: stats.spearmanr(x, y)[0])]:
        row[name] = dependent(float(r(gold, first)), float(r(gold, second)), float(r(first, second)), n)
    triples.append(row)


class SplitMix64:
    mask = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.mask
        return z ^ (z >> 31)

    def below(self, bound):
        """Lemire's multiplication with rejection."""
        unfair = (1 << 64) % bound
        while True:
            product = self.next() * bound
            if product & self.mask >= unfair:
                return product >> 64


bootstrap = []
for row, resamples in zip(triples[1:4], [400, 200, 200]):
    x, y = np.array(row["gold"]), np.array(row["first"])
    out = {"x": row["gold"], "y": row["first"], "resamples": resamples, "seed": 7}
    for name, r in [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)]:
        generator, found = SplitMix64(7), []
        for _ in range(resamples):
            at = [generator.below(len(x)) for _ in range(len(x))]
            if len(set(x[at])) > 1 and len(set(y[at])) > 1:
                found.append(float(r(x[at], y[at])[0]))
        out[name] = [float(v) for v in np.quantile(found, [0.025, 0.975])]
    bootstrap.append(out)

with open("dependent.json", "w") as file:
    json.dump({"dependent": rows, "triples": triples, "bootstrap": bootstrap}, file, separators=(",", ":"))
    file.write("\n")
