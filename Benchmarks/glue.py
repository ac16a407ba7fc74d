"""The same fine-tuning by transformers, for figures and speed to be held against ours.

Run with:  python glue.py MODEL DATA TASK [--seeds 1,2,3] [--limit N] [--epochs N] [--threads N] [--bf16]
Made with: torch 2.13.0, transformers 5.24.0, scikit-learn 1.9.1, scipy 1.17.1 (python 3.11, CPU)

Reads GLUE's tab-separated files, uses AutoModelForSequenceClassification with a new head, torch's fused AdamW, a rate
that falls linearly from 2e-5, gradients clipped to norm 1, dropout 0.1, batches of 32 padded to their longest, at most
128 tokens: the settings of `synesthesia glue`. Prints one line of JSON for each seed. --limit takes the first examples of
either part only, as ours does.
"""

import argparse
import csv
import json
import os
import time

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

TASKS = {  # folder, first, second, answer, labels, measure, epochs
    "cola": ("CoLA", 3, None, 1, ["0", "1"], matthews_corrcoef, 3),
    "sst-2": ("SST-2", "sentence", None, "label", ["0", "1"], accuracy_score, 3),
    "mrpc": ("MRPC", "#1 String", "#2 String", "Quality", ["0", "1"], f1_score, 5),
    "sts-b": ("STS-B", "sentence1", "sentence2", "score", None, lambda t, p: spearmanr(t, p)[0], 3),
    "rte": ("RTE", "sentence1", "sentence2", "label", ["entailment", "not_entailment"], accuracy_score, 3),
}


def read(data, task, part):
    folder, first, second, answer, labels, _, _ = TASKS[task]
    with open(os.path.join(data, folder, part + ".tsv"), encoding="utf-8-sig", newline="") as file:
        rows = [line.rstrip("\r\n").split("\t") for line in file.read().split("\n") if line]
    if task != "cola":
        heading, rows = rows[0], rows[1:]
        first, answer = heading.index(first), heading.index(answer)
        second = heading.index(second) if second else None
    return [(r[first], r[second] if second is not None else None,
             labels.index(r[answer]) if labels else float(r[answer])) for r in rows]


def run(arguments, seed):
    _, _, _, _, labels, measure, epochs = TASKS[arguments.task]
    epochs = arguments.epochs or epochs
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForSequenceClassification.from_pretrained(arguments.model, num_labels=len(labels or [0]))
    train, dev = (read(arguments.data, arguments.task, part)[:arguments.limit] for part in ("train", "dev"))

    def batch(rows):
        texts = [r[0] for r in rows], [r[1] for r in rows] if rows[0][1] is not None else None
        inputs = tokenizer(*texts, truncation=True, max_length=128, padding=True, return_tensors="pt")
        return inputs, torch.tensor([r[2] for r in rows], dtype=torch.long if labels else torch.float32)

    steps = -(-len(train) // 32) * epochs
    rest = ("bias", "LayerNorm.weight", "layer_norm", "ln_")
    groups = [{"params": [p for n, p in model.named_parameters() if not any(r in n for r in rest)], "weight_decay": 0.0},
              {"params": [p for n, p in model.named_parameters() if any(r in n for r in rest)], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=2e-5, fused=True)
    schedule = get_linear_schedule_with_warmup(optimiser, 0, steps)
    order = np.random.default_rng(seed)
    model.train()
    times, step = [], 0
    for _ in range(epochs):
        places = order.permutation(len(train))
        for start in range(0, len(train), 32):
            begin = time.perf_counter()
            inputs, answers = batch([train[i] for i in places[start:start + 32]])
            with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
                loss = model(**inputs, labels=answers).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            times.append(time.perf_counter() - begin)
            step += 1
    model.eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(dev), 64):
            logits = model(**batch(dev[start:start + 64])[0]).logits
            found += (logits.argmax(1) if labels else logits[:, 0]).tolist()
    return {"task": arguments.task, "seed": seed, "score": float(measure([r[2] for r in dev], found)),
            "seconds a step": float(np.mean(times)), "steps": step}


parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("data")
parser.add_argument("task", choices=TASKS)
parser.add_argument("--seeds", default="1,2,3")
parser.add_argument("--limit", type=int)
parser.add_argument("--epochs", type=int)
parser.add_argument("--threads", type=int)
parser.add_argument("--bf16", action="store_true")
arguments = parser.parse_args()
if arguments.threads:
    torch.set_num_threads(arguments.threads)
for seed in arguments.seeds.split(","):
    print(json.dumps(run(arguments, int(seed))), flush=True)
