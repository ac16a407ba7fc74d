"""Makes clustered.json: means of clustered values as statsmodels tests them (a constant alone, cluster-robust covariance).

Pinned: Python 3.11+, numpy 2.4.6, statsmodels 0.15.0. Run `python make_clustered.py` in this folder.
"""

import json

import numpy as np
import statsmodels
import statsmodels.api as sm

assert (np.__version__, statsmodels.__version__) == ("2.4.6", "0.15.0")
rng = np.random.default_rng(7)
cases = []
for groups, most, shift in [(2, 3, 1.0), (5, 4, 0.3), (40, 7, 0.0), (200, 10, 0.05)]:
    sizes = rng.integers(1, most + 1, groups)
    clusters = np.repeat(rng.permutation(1000)[:groups], sizes)
    values = shift + np.repeat(rng.normal(0, 1, groups), sizes) + rng.normal(0, 1, sizes.sum())
    order = rng.permutation(len(values))
    clusters, values = clusters[order], values[order]
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": True}, use_t=True)
    cases.append({"values": values.tolist(), "clusters": clusters.tolist(), "mean": fit.params[0], "se": fit.bse[0],
                  "p": fit.pvalues[0], "ci": fit.conf_int()[0].tolist()})
with open("clustered.json", "w") as file:
    json.dump(cases, file)
    file.write("\n")
