"""Makes mixed.json: linear mixed models by restricted maximum likelihood, computed another way than Sources/Statistics.

Pinned: Python 3.11+, numpy 2.4.6, scipy 1.17.1. Run `python make_mixed.py` in this folder. Here V is formed whole; the
restricted likelihood is maximised in the variances, its derivatives are the analytic ones, and Satterthwaite's degrees of
freedom follow from its observed Hessian, as lmerTest's do.
"""

import json

import numpy as np
import scipy
from scipy import optimize, stats

assert (np.__version__, scipy.__version__) == ("2.4.6", "1.17.1")
rng = np.random.default_rng(20231016)


def fit(y, X, factors, weights):
    n, p = X.shape
    parts = [np.equal.outer(f, f).astype(float) for f in factors] + [np.eye(n)]

    def project(variances):
        inverse = np.linalg.inv(sum(v * part for v, part in zip(variances, parts)))
        bread = np.linalg.inv(X.T @ inverse @ X)
        return inverse, bread, inverse - inverse @ X @ bread @ X.T @ inverse

    def deviance(logs):
        variances = np.exp(logs)
        V = sum(v * part for v, part in zip(variances, parts))
        inverse, bread, P = project(variances)
        return (np.linalg.slogdet(V)[1] - np.linalg.slogdet(bread)[1] + y @ P @ y + (n - p) * np.log(2 * np.pi))

    def slopes(logs):
        variances = np.exp(logs)
        P = project(variances)[2]
        return np.array([v * (np.trace(P @ A) - y @ P @ A @ P @ y) for v, A in zip(variances, parts)])

    start = np.log(np.full(len(parts), np.var(y) / len(parts)))
    found = optimize.minimize(deviance, start, jac=slopes, method="BFGS", options={"gtol": 1e-10}).x
    for _ in range(5):          # Newton's last steps, in the variances
        variances = np.exp(found)
        P = project(variances)[2]
        gradient = np.array([np.trace(P @ A) - y @ P @ A @ P @ y for A in parts])
        hessian = np.array([[-np.trace(P @ A @ P @ B) + 2 * y @ P @ A @ P @ B @ P @ y for B in parts] for A in parts])
        found = np.log(variances - np.linalg.solve(hessian, gradient))
    variances = np.exp(found)
    inverse, bread, P = project(variances)
    beta = bread @ X.T @ inverse @ y
    tests = []
    for w in weights:
        variance = w @ bread @ w
        g = np.array([w @ bread @ X.T @ inverse @ A @ inverse @ X @ bread @ w for A in parts])
        df = 2 * variance ** 2 / (2 * g @ np.linalg.solve(hessian, g))
        t = (w @ beta) / np.sqrt(variance)
        tests.append({"weights": w.tolist(), "value": w @ beta, "se": np.sqrt(variance), "df": df,
                      "p": 2 * stats.t.sf(abs(t), df)})
    return {"y": y.tolist(), "columns": X.T.tolist(), "factors": [f.tolist() for f in factors],
            "variances": variances.tolist(), "beta": beta.tolist(), "criterion": deviance(found), "tests": tests}


cases = {}
# Styles of encoders with seeds, and captions of portraits crossed with them: the probe's own design.
for name, encoders, seeds, portraits, captions in [("probe", 8, 2, 9, 2), ("few", 4, 3, 12, 1)]:
    trial = [(e, s) for e in range(encoders) for s in range(seeds)]
    rows = [(e, e * seeds + s, q, q * captions + c) for e, s in trial for q in range(portraits) for c in range(captions)]
    e, t, q, c = np.array(rows).T
    y = (20 + 2.0 * (e % 2) + rng.normal(0, 1.5, encoders)[e] + rng.normal(0, 1.4, len(trial))[t]
         + rng.normal(0, 2, portraits)[q] + rng.normal(0, 1.6, portraits * captions)[c] + rng.normal(0, 2, len(rows)))
    X = np.column_stack([np.ones(len(rows)), e % 2])
    factors = [e, t, q] + ([c] if captions > 1 else [])
    cases[name] = fit(y, X, factors, np.eye(2))
# Unbalanced: a third of the rows is missing, three styles, a contrast.
rows = [(e, q) for e in range(9) for q in range(20) if rng.random() < 0.66]
e, q = np.array(rows).T
y = 5 + (e % 3) + rng.normal(0, 1, 9)[e] + rng.normal(0, 1.5, 20)[q] + rng.normal(0, 1, len(rows))
X = np.column_stack([np.ones(len(rows)), e % 3 == 1, e % 3 == 2]).astype(float)
cases["unbalanced"] = fit(y, X, [q, e], np.array([[0, 1, 0], [0, 1, -1.0]]))
# lme4's Dyestuff (Davies and Goldsmith 1972): published as variances 1764.05 and 2451.25, criterion 319.6543.
yields = np.array([1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
                   1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445.0])
cases["dyestuff"] = fit(yields, np.ones((30, 1)), [np.repeat(np.arange(6), 5)], np.ones((1, 1)))
print({name: (case["variances"], case["criterion"]) for name, case in cases.items()})

with open("mixed.json", "w") as file:
    json.dump(cases, file)
    file.write("\n")
