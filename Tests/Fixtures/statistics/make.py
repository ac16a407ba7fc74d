"""Makes statistics.json: what scipy and mpmath say about the statistics that Sources/Statistics computes.

Pinned: Python 3.11+, numpy 2.4.6, scipy 1.17.1, mpmath 1.3.0. Run `python make.py` in this folder; the result is
the same every time. Where scipy itself loses digits (tails below 1e-16 of its own conditioning, correlations
near 1) the expected value is worked out by mpmath with 40 digits from the same doubles.
"""

import json

import mpmath as mp
import numpy as np
import scipy
from scipy import stats

assert (np.__version__, scipy.__version__, mp.__version__) == ("2.4.6", "1.17.1", "1.3.0")
mp.mp.dps = 40
rng = np.random.default_rng(20230711)


# -- distributions -------------------------------------------------------------------------------------------

def t_log_density(t, df):
    return (-(df + 1) / 2 * mp.log1p(t * t / df) - mp.log(df) / 2
            - mp.loggamma(df / 2) - mp.log(mp.pi) / 2 + mp.loggamma((df + 1) / 2))


def t_upper(t, df):
    """P(T > t), t >= 0: the incomplete beta function, or for many degrees of freedom plain integration."""
    t, df = mp.mpf(t), mp.mpf(df)
    if df <= 300:
        return mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    rate = max(mp.mpf(1), (df + 1) * t / (df + t * t))
    scale = t_log_density(t, df)
    area = mp.quad(lambda u: mp.exp(t_log_density(t + u / rate, df) - scale),
                   [0, 1, 2, 4, 8, 16, 32, 64, 128, 256])
    return mp.exp(scale) * area / rate


def t_quantile(q, df):
    """t with P(T > t) = q, by Newton's method in 40 digits on the logarithm of P."""
    t = mp.mpf(float(stats.t.isf(q, float(df))))
    for _ in range(8):
        tail = t_upper(t, df)
        step = (mp.log(tail) - mp.log(mp.mpf(q))) * tail / (t * mp.exp(t_log_density(t, mp.mpf(df))))
        t = t * mp.exp(step)
        if abs(step) < mp.mpf(10) ** -25:
            break
    return t


FREEDOMS = [1, 1.5, 2, 3, 4.37, 5, 10, 13, 22, 30, 100, 299.5, 1000, 12345.6, 1e5, 1e6]
TAILS = [0.49, 0.4, 0.26, 0.25, 0.1, 0.025, 1e-3, 1e-6, 1e-12, 1e-30, 1e-100, 1e-200, 1e-300]
# The two ways must agree where they meet.
mp.mp.dps = 30
assert abs(t_upper(3, 300) / t_upper(3, mp.mpf(300) + mp.mpf("1e-9")) - 1) < 1e-11

student = []
for df in FREEDOMS:
    for q in TAILS:
        t = float(stats.t.isf(q, df))
        if not np.isfinite(t):
            continue
        row = {"df": df, "t": t, "sf": float(t_upper(t, df)), "q": q}
        row["isf"] = float(t_quantile(q, df))
        student.append(row)
    for t in [1e-12, 1e-3, 0.5, 2.0]:
        student.append({"df": df, "t": t, "sf": float(t_upper(t, df))})
mp.mp.dps = 40

normal = []
for z in [0.0, 1e-10, 0.3, 0.67, 1.0, 1.959963984540054, 3.0, 6.5, 10.0, 20.0, 30.0, 37.0]:
    normal.append({"z": z, "sf": float(mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2)})
for q in [0.4999, 0.4, 0.25, 0.1, 0.025, 1e-5, 1e-17, 1e-50, 1e-150, 1e-300]:
    z = mp.findroot(lambda z: mp.log(mp.erfc(z / mp.sqrt(2)) / 2) - mp.log(mp.mpf(q)), float(stats.norm.isf(q)))
    normal.append({"q": q, "isf": float(z)})

fisher = []
for d1, d2 in [(1, 1), (2, 5), (3, 40), (11, 11), (60, 7), (24, 500), (400, 400), (3000, 20)]:
    for f in [0.01, 0.2, 0.9, 1.0, 1.3, 2.5, 10.0, 80.0]:
        x, a, b = mp.mpf(d2) / (d2 + mp.mpf(d1) * mp.mpf(f)), mp.mpf(d2) / 2, mp.mpf(d1) / 2
        upper, lower = mp.betainc(a, b, 0, x, regularized=True), mp.betainc(b, a, 0, 1 - x, regularized=True)
        if lower > mp.mpf("1e-300") and upper > mp.mpf("1e-300"):
            fisher.append({"d1": d1, "d2": d2, "f": f, "sf": float(upper), "cdf": float(lower)})


# -- tests of two groups -------------------------------------------------------------------------------------

def exact_moments(values):
    v = [mp.mpf(float(x)) for x in values]
    mean = mp.fsum(v) / len(v)
    return mean, mp.fsum((x - mean) ** 2 for x in v) / (len(v) - 1), len(v)


def noncentral_cdf(t, df, delta):
    """P(T <= t): the normal distribution function over the density of sqrt(chi^2 / df)."""
    constant = mp.log(2) + df * mp.log(mp.mpf(df) / 2) / 2 - mp.loggamma(mp.mpf(df) / 2)
    density = lambda s: mp.exp(constant + (df - 1) * mp.log(s) - df * s * s / 2) if s > 0 else mp.mpf(0)
    width = 1 / mp.sqrt(2 * mp.mpf(df))
    low, high = max(mp.mpf(0), 1 - 15 * width), 1 + 15 * width
    bends = [1 + k * width for k in (-8, -4, -2, 0, 2, 4, 8)] + [(delta + k) / t for k in (-9, -4, -2, 0, 2, 4, 9)]
    return mp.quad(lambda s: mp.erfc((delta - t * s) / mp.sqrt(2)) / 2 * density(s),
                   sorted([low, high] + [x for x in bends if low < x < high]))


def noncentrality(t, df, p):
    """delta with P(T <= t) = p."""
    with mp.workdps(25):
        t, p = mp.mpf(t), mp.mpf(p)
        reach = mp.sqrt(1 + t * t / (2 * df))
        start = t - reach if p > mp.mpf("0.5") else t + reach
        return mp.findroot(lambda delta: noncentral_cdf(t, df, delta) - p, (start, 2 * start - t),
                           solver="anderson", tol=1e-22)


def exact_tests(a, b):
    (ma, va, na), (mb, vb, nb) = exact_moments(a), exact_moments(b)
    pooled = ((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)
    rows = {}
    for name, se, df in [
        ("pooled", mp.sqrt(pooled * (mp.mpf(1) / na + mp.mpf(1) / nb)), mp.mpf(na + nb - 2)),
        ("welch", mp.sqrt(va / na + vb / nb),
         (va / na + vb / nb) ** 2 / ((va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1))),
    ]:
        t = (ma - mb) / se
        reach = t_quantile(0.025, df) * se
        rows[name] = {"T": float(t), "dof": float(df), "p": float(2 * t_upper(abs(t), df)),
                      "ci": [float(ma - mb - reach), float(ma - mb + reach)]}
    m = mp.mpf(na + nb - 2)
    d = (ma - mb) / mp.sqrt(pooled)
    g = d * mp.gamma(m / 2) / (mp.sqrt(m / 2) * mp.gamma((m - 1) / 2))
    unit = mp.sqrt(mp.mpf(na + nb) / (na * nb))
    ends = [unit * noncentrality(d / unit, int(m), p) for p in ("0.975", "0.025")]
    rows["effect"] = {"d": float(d), "d_ci": [float(x) for x in ends],
                      "g": float(g), "g_ci": [float(x * g / d) for x in ends]}
    return rows


def scipy_tests(a, b):
    rows = {}
    for name, equal in [("pooled", True), ("welch", False)]:
        for alternative in ["two-sided", "less", "greater"]:
            r = stats.ttest_ind(a, b, equal_var=equal, alternative=alternative)
            ci = r.confidence_interval(0.95)
            rows[f"{name} {alternative}"] = {
                "T": float(r.statistic), "dof": float(r.df), "p": float(r.pvalue),
                "ci": [None if np.isinf(x) else float(x) for x in ci]}
    return rows


def rank_tests(a, b):
    rows = {}
    for alternative in ["two-sided", "less", "greater"]:
        r = stats.mannwhitneyu(a, b, alternative=alternative, method="auto")
        rows[alternative] = {"U": float(r.statistic), "p": float(r.pvalue)}
    return rows


def permutations(a, b):
    rows = {}
    for alternative in ["two-sided", "less", "greater"]:
        r = stats.permutation_test((a, b), lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
                                   vectorized=True, n_resamples=np.inf, alternative=alternative)
        rows[alternative] = {"difference": float(r.statistic), "p": float(r.pvalue)}
    return rows


groups = []
sizes = [(2, 2), (2, 3), (3, 12), (4, 4), (5, 7), (8, 8), (8, 30), (9, 9), (12, 12), (30, 11), (60, 80), (250, 40)]
for n, m in sizes:
    for effect, digits in [(0.0, 12), (0.7, 3), (3.0, 12), (0.4, 0)]:
        a = np.round(rng.normal(22.4 + effect, 0.6, n), digits)
        b = np.round(rng.normal(22.4, 1.1, m), digits)
        if digits == 0:
            a[0] += 1        # never two constants
            b[0] -= 2
        row = {"name": f"n={n},{m} effect {effect} digits {digits}", "a": a.tolist(), "b": b.tolist(),
               "scipy": scipy_tests(a, b), "exact": exact_tests(a, b), "ranks": rank_tests(a, b)}
        if n + m <= 15:
            row["permutation"] = permutations(a, b)
        groups.append(row)

# Effects so large that p goes down to 1e-300, so small that it is 1, and offsets that eat the digits.
for n, m, shift, sd, offset in [(40, 40, 3, 1e-3, 0), (200, 150, 2, 1e-1, 0), (12, 12, 5, 1e-10, 0),
                                (1000, 900, 1.9, 1.0, 0), (60, 60, 1e-9, 1.0, 0), (20, 25, 1e-3, 1e-3, 1e6),
                                (150, 150, 1, 0.01, 0), (3, 2, 1e8, 1e-3, 0)]:
    a, b = rng.normal(offset + shift, sd, n), rng.normal(offset, sd, m)
    groups.append({"name": f"extreme n={n},{m} shift {shift} sd {sd} offset {offset}", "a": a.tolist(),
                   "b": b.tolist(), "exact": exact_tests(a, b)})

summaries = []
for a, b in [((22.414, .041, 12), (22.631, .066, 12)), ((22.414, .041, 12), (22.130, .029, 3)),
             ((22.631, .066, 12), (22.130, .029, 3)), ((1.5, .2, 2), (1.1, .3, 2)),
             ((0.01, 1.0, 500_000), (0.0, 1.0, 500_002)), ((5.0, 1.0, 700), (2.9, 1.2, 650)),
             ((0.05, 1.0, 500_000), (0.0, 1.1, 400_000)), ((1.0, 0.0, 5), (1.2, .1, 4))]:
    row = {"a": list(a), "b": list(b)}
    for name, equal in [("pooled", True), ("welch", False)]:
        r = stats.ttest_ind_from_stats(*a, *b, equal_var=equal)
        t = mp.mpf(float(r.statistic))
        # p of mpmath at scipy's own T and its degrees of freedom
        df = float(a[2] + b[2] - 2)
        if not equal:
            ea, eb = a[1] ** 2 / a[2], b[1] ** 2 / b[2]
            df = (ea + eb) ** 2 / (ea ** 2 / (a[2] - 1) + eb ** 2 / (b[2] - 1))
        row[name] = {"T": float(r.statistic), "dof": df, "p": float(r.pvalue),
                     "p_exact": float(2 * t_upper(abs(t), df))}
    summaries.append(row)

single = []
for n in [2, 3, 10, 100]:
    a, b = rng.normal(1, 1, n), rng.normal(1.3, 1, n)
    row = {"a": a.tolist(), "b": b.tolist(), "reference": 0.8}
    for alternative in ["two-sided", "less", "greater"]:
        for name, r in [("paired", stats.ttest_rel(a, b, alternative=alternative)),
                        ("one", stats.ttest_1samp(a, 0.8, alternative=alternative))]:
            ci = r.confidence_interval(0.95)
            row[f"{name} {alternative}"] = {"T": float(r.statistic), "dof": float(r.df), "p": float(r.pvalue),
                                            "ci": [None if np.isinf(x) else float(x) for x in ci]}
    single.append(row)


# -- correlations --------------------------------------------------------------------------------------------

correlations = []
for n, slope, digits in [(3, .5, 12), (4, .2, 12), (5, 1, 1), (10, 0, 12), (10, -2, 0), (30, .5, 12), (100, .1, 1),
                         (1000, .05, 12), (40, -1, 12)]:
    x = np.round(rng.normal(0, 2, n), digits)
    y = np.round(slope * x + rng.normal(0, 1, n), digits)
    row = {"x": x.tolist(), "y": y.tolist()}
    for alternative in ["two-sided", "less", "greater"]:
        r = stats.pearsonr(x, y, alternative=alternative)
        row[f"pearson {alternative}"] = {"r": float(r.statistic), "p": float(r.pvalue),
                                         "ci": [float(v) for v in r.confidence_interval(0.95)]}
        r = stats.spearmanr(x, y, alternative=alternative)
        row[f"spearman {alternative}"] = {"r": float(r.statistic), "p": float(r.pvalue)}
    correlations.append(row)

lines = []
for n, noise in [(8, 1e-4), (20, 1e-4), (50, 1e-3), (270, 0.3), (700, 2), (1200, 2.5), (100, 0.01)]:
    x = rng.normal(0, 1, n)
    y = -3 * x + rng.normal(0, noise, n)
    xs, ys = [mp.mpf(float(v)) for v in x], [mp.mpf(float(v)) for v in y]
    mx, my = mp.fsum(xs) / n, mp.fsum(ys) / n
    sxx = mp.fsum((v - mx) ** 2 for v in xs)
    syy = mp.fsum((v - my) ** 2 for v in ys)
    r = mp.fsum((u - mx) * (v - my) for u, v in zip(xs, ys)) / mp.sqrt(sxx * syy)
    t = abs(r) * mp.sqrt((n - 2) / (1 - r * r))
    p = 2 * t_upper(t, n - 2)
    if p > mp.mpf("1e-300"):
        lines.append({"x": x.tolist(), "y": y.tolist(), "r": float(r), "p": float(p)})
    else:
        print(f"left out, p below 1e-300: {n} pairs with noise {noise}")

with open("statistics.json", "w") as file:
    json.dump({"student": student, "normal": normal, "fisher": fisher, "groups": groups, "summaries": summaries,
               "single": single, "correlations": correlations, "lines": lines}, file, separators=(",", ":"))
    file.write("\n")
