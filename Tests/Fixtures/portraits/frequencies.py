#!/usr/bin/env python3
"""Fits the miniature world's attribute network and prints it as Swift.

    python3 frequencies.py CelebAMask-HQ-attribute-anno.txt.gz OUTPUT_DIR

Requirements: Python 3.11, numpy 2 (nothing else). No randomness. The annotation itself is not committed.

Writes AttributeNetwork+Table.swift into OUTPUT_DIR (the network: for each attribute, in sampling order, up to five
parents and the probability of "yes" for each of their combinations, in 1/10000) and frequencies.csv
(the 40 marginals and the 40 strongest pairwise correlations of the untouched annotation,
for the test) beside this script.

Method: attributes are put in a fixed order (sex and age first, then by how much they tell about the
others); parents are chosen greedily among earlier attributes while the Bayesian information criterion
improves; probabilities are counts with half a pseudo-count of the marginal. The few contradictory
rows (two hair colours, bearded women, ...) are first made consistent by the rules the sampler also uses.
"""
import gzip
import itertools
import pathlib
import sys

import numpy as np


def read(path):
    with gzip.open(path, "rt") as file:
        int(file.readline())
        names = file.readline().split()
        rows = [line.split()[1:] for line in file if line.strip()]
    return names, np.array(rows, dtype=int) > 0


def make_consistent(names, data):
    d = data.copy()
    at = {name: k for k, name in enumerate(names)}

    def clear(when, *targets):
        for target in targets:
            d[when, at[target]] = False

    male = d[:, at["Male"]]
    d[~male, at["No_Beard"]] = True
    clear(~male, "Bald", "5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns")
    clear(d[:, at["No_Beard"]], "Goatee", "Mustache", "Sideburns")
    clear(d[:, at["Wearing_Hat"]], "Bald", "Receding_Hairline")
    clear(d[:, at["Bald"]], "Bangs", "Receding_Hairline", "Straight_Hair", "Wavy_Hair",
          "Black_Hair", "Brown_Hair", "Blond_Hair")
    clear(d[:, at["Bangs"]], "Receding_Hairline")
    clear(d[:, at["Straight_Hair"]], "Wavy_Hair")
    colours = ["Gray_Hair", "Blond_Hair", "Black_Hair", "Brown_Hair"]
    for k, colour in enumerate(colours):
        clear(d[:, at[colour]].copy(), *colours[k + 1:])
    return d


def entropy_given(column, parents):
    """Sum over rows of -ln p(column | parents), p from counts."""
    code = np.zeros(len(column), dtype=int)
    for p in parents.T:
        code = code * 2 + p
    total = 0.0
    yes = np.bincount(code, weights=column, minlength=2 ** parents.shape[1])
    n = np.bincount(code, minlength=2 ** parents.shape[1])
    for y, m in zip(yes, n):
        for c in (y, m - y):
            if c > 0:
                total -= c * np.log(c / m)
    return total


def main():
    names, raw = read(sys.argv[1])
    out = sys.argv[2]
    data = make_consistent(names, raw)
    rows, count = data.shape
    correlation = np.corrcoef(data.T)
    weight = (np.nan_to_num(correlation) ** 2).sum(axis=0)
    first = [names.index("Male"), names.index("Young")]
    order = first + [k for k in np.argsort(-weight) if k not in first]

    lines = []
    for position, k in enumerate(order):
        chosen = []
        best = entropy_given(data[:, k], data[:, chosen])
        while len(chosen) < 5:
            penalty = 2 ** len(chosen) * np.log(rows) / 2
            scored = [(entropy_given(data[:, k], data[:, chosen + [c]]), c)
                      for c in order[:position] if c not in chosen]
            if not scored or best - min(scored)[0] < penalty:
                break
            best, parent = min(scored)
            chosen.append(parent)
        table = []
        marginal = data[:, k].mean()
        for combination in itertools.product([False, True], repeat=len(chosen)):
            match = (data[:, chosen] == np.array(combination)).all(axis=1) if chosen else np.ones(rows, bool)
            p = (data[match, k].sum() + 0.5 * marginal) / (match.sum() + 0.5)
            table.append(round(float(p) * 10000))
        lines.append((names[k], [names[c] for c in chosen], table))

    def swift(name):
        words = name.split("_")
        if name == "5_o_Clock_Shadow":
            return "fiveOClockShadow"
        return words[0].lower() + "".join(words[1:])

    with open(f"{out}/AttributeNetwork+Table.swift", "w") as file:
        file.write("// Written by Tests/Fixtures/portraits/frequencies.py; do not edit by hand.\n\n")
        file.write("extension AttributeNetwork {\n")
        file.write("    /// Figures fitted to the 30,000 rows of CelebA-HQ's attribute annotation, in 1/10000.\n")
        file.write("    /// A table's entry k is for the parents' answers read as a binary number, first parent highest.\n")
        file.write("    static let celebAHQ = AttributeNetwork(nodes: [\n")
        for name, parents, table in lines:
            file.write(f"        Node(\n            .{swift(name)}, given: [{', '.join('.' + swift(p) for p in parents)}],\n")
            file.write("            yes: [\n")
            for start in range(0, len(table), 16):
                file.write("                " + ", ".join(str(v) for v in table[start:start + 16]) + ",\n")
            file.write("            ]),\n")
        file.write("    ])\n}\n")

    raw_correlation = np.corrcoef(raw.T)
    pairs = sorted(itertools.combinations(range(count), 2), key=lambda ij: -abs(raw_correlation[ij]))[:40]
    with open(pathlib.Path(__file__).parent / "frequencies.csv", "w") as file:
        file.write("first,second,figure\n")
        for k, name in enumerate(names):
            file.write(f"{name},,{raw[:, k].mean():.4f}\n")
        for i, j in pairs:
            file.write(f"{names[i]},{names[j]},{raw_correlation[i, j]:.4f}\n")


main()
