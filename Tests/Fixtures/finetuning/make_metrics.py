"""Reference measures of labels and scores, and McNemar's exact test.

Run with:  python make_metrics.py        (writes metrics.json beside itself)
Made with: scikit-learn 1.9.1, scipy 1.17.1, statsmodels 0.15.0, numpy (python 3.11)
"""

import json
import os

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef
from statsmodels.stats.contingency_tables import mcnemar

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(17)


def labels(name, classes, count, skill, weights=None):
    truth = rng.choice(classes, count, p=weights)
    guesses = np.where(rng.random(count) < skill, truth, rng.choice(classes, count, p=weights))
    case = {"name": name, "truth": truth.tolist(), "guesses": guesses.tolist(),
            "accuracy": accuracy_score(truth, guesses), "matthews": matthews_corrcoef(truth, guesses)}
    if classes == 2:
        case["f1"] = f1_score(truth, guesses)
    return case


def scores(name, count, noise, steps=None):
    truth = rng.uniform(0, 5, count)
    if steps:
        truth = np.round(truth * steps) / steps  # ties
    guesses = truth + rng.normal(0, noise, count)
    return {"name": name, "truth": truth.tolist(), "guesses": guesses.tolist(),
            "pearson": float(pearsonr(truth, guesses)[0]), "spearman": float(spearmanr(truth, guesses)[0])}


def discordant(only_first, only_second):
    table = [[10, only_first], [only_second, 10]]
    return {"onlyFirst": only_first, "onlySecond": only_second, "p": float(mcnemar(table, exact=True).pvalue)}


stored = {
    "labels": [
        labels("even", 2, 277, 0.3), labels("rare", 2, 1043, 0.5, [0.7, 0.3]), labels("opposite", 2, 101, -1),
        labels("three", 3, 613, 0.6), labels("few", 2, 7, 0.5),
        {"name": "all wrong", "truth": [0, 1, 0, 1], "guesses": [1, 0, 1, 0], "accuracy": 0.0,
         "matthews": matthews_corrcoef([0, 1, 0, 1], [1, 0, 1, 0]), "f1": f1_score([0, 1, 0, 1], [1, 0, 1, 0])},
    ],
    "scores": [scores("smooth", 211, 1.0), scores("ties", 1500, 0.7, 5), scores("coarse", 53, 3.0, 1)],
    "mcnemar": [discordant(*pair) for pair in
                [(0, 0), (0, 1), (1, 1), (0, 8), (5, 17), (30, 31), (12, 12), (400, 512), (3, 0), (3000, 3333)]],
}
with open(os.path.join(HERE, "metrics.json"), "w") as file:
    json.dump(stored, file)
    file.write("\n")
