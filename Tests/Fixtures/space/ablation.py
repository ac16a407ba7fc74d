"""Two-way analyses of two factors by seeds: repeated-measures analysis of variance, and t-tests of the seeds'
contrasts and of pairs of cells.

Run with:  python ablation.py        (writes ablation.json beside itself)
Made with: statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6, pandas 3.1.1 (python 3.11)
"""

import json
import os

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import AnovaRM, anova_lm

HERE = os.path.dirname(os.path.abspath(__file__))
cells = ["clip", "infoloob", "hopfield", "cloob"]
level = {"clip": (0, 0), "infoloob": (1, 0), "hopfield": (0, 1), "cloob": (1, 1)}
random = np.random.default_rng(5)
cases = []
for seeds, loss, retrieval, both, noise in [(5, -0.3, 0.02, 0.01, 0.04), (3, 0.05, -0.2, 0.1, 0.1), (2, 0.0, 0.1, 0, 0.02)]:
    rows, values = [], []
    for seed in range(seeds):
        own = random.normal(0, 0.1)
        block = {}
        for name in cells:
            a, b = level[name]
            block[name] = float(0.6 + own + a * loss + b * retrieval + a * b * both + random.normal(0, noise))
            rows.append({"seed": seed, "loss": a, "retrieval": b, "y": block[name]})
        values.append(block)
    table = pd.DataFrame(rows)
    repeated = AnovaRM(table, "y", "seed", within=["loss", "retrieval"]).fit().anova_table
    squares = anova_lm(ols("y ~ C(loss) * C(retrieval)", table).fit())["sum_sq"]
    total = float(((table.y - table.y.mean()) ** 2).sum())
    effects = {}
    for name, row, model in [
        ("loss", "loss", "C(loss)"), ("retrieval", "retrieval", "C(retrieval)"),
        ("interaction", "loss:retrieval", "C(loss):C(retrieval)"),
    ]:
        contrast = {
            "loss": lambda v: (v["infoloob"] + v["cloob"] - v["clip"] - v["hopfield"]) / 2,
            "retrieval": lambda v: (v["hopfield"] + v["cloob"] - v["clip"] - v["infoloob"]) / 2,
            "interaction": lambda v: v["cloob"] - v["infoloob"] - v["hopfield"] + v["clip"],
        }[name]
        changes = [contrast(v) for v in values]
        test = stats.ttest_1samp(changes, 0)
        low, high = test.confidence_interval(0.95)
        f = float(repeated.loc[row, "F Value"])
        effects[name] = {
            "value": float(np.mean(changes)), "lower": float(low), "upper": float(high), "f": f,
            "p": float(repeated.loc[row, "Pr > F"]), "share": float(squares[model]) / total,
        }
    simple = []
    for after, before in [("infoloob", "clip"), ("cloob", "hopfield"), ("hopfield", "clip"), ("cloob", "infoloob")]:
        test = stats.ttest_rel([v[after] for v in values], [v[before] for v in values])
        low, high = test.confidence_interval(0.95)
        value = float(np.mean([v[after] - v[before] for v in values]))
        simple.append({"value": value, "lower": float(low), "upper": float(high), "p": float(test.pvalue)})
    cases.append({"blocks": values, "effects": effects, "simple": simple})
with open(os.path.join(HERE, "ablation.json"), "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
