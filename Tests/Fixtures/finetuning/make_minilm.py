"""Ten steps of fine-tuning a real MiniLM on real RTE by transformers and torch.optim.AdamW: too large to be committed.

Run with:  python make_minilm.py MODEL RTE/dev.tsv FOLDER
           SYNESTHESIA_FINETUNING=FOLDER swift test --filter FineTuningParity
Made with: torch 2.13.0, transformers 5.24.0, safetensors 0.8.0 (python 3.11, CPU)

FOLDER becomes the model with its new head, reference.safetensors as make_parity.py writes it, and texts.json: the
sentences of each batch, so that their ids and cuts are held against transformers' tokenizer too. Nothing drops out.
"""

import json
import os
import shutil
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

source, table, folder = sys.argv[1:]
torch.manual_seed(29)
BATCHES, SIZE, STEPS = 5, 4, 10
os.makedirs(folder, exist_ok=True)
tokenizer = AutoTokenizer.from_pretrained(source)
model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=2, dtype=torch.float32).eval()
model.save_pretrained(folder)
for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
    shutil.copy(os.path.join(source, name), folder)
with open(table, encoding="utf-8") as file:
    rows = [line.split("\t") for line in file.read().split("\n")[1:] if line]

stored, texts, batches = {}, [], []
for index in range(BATCHES):
    part = rows[index * SIZE:(index + 1) * SIZE]
    inputs = tokenizer([r[1] for r in part], [r[2] for r in part], truncation=True, max_length=64, padding=True,
                       return_tensors="pt")
    answers = torch.tensor([0 if r[3] == "entailment" else 1 for r in part])
    batches.append((inputs, answers))
    texts.append([[r[1], r[2]] for r in part])
    stored[f"ids.{index}"] = torch.where(inputs["attention_mask"] == 1, inputs["input_ids"], -1).int()
    stored[f"types.{index}"] = inputs["token_type_ids"].int()
    stored[f"answers.{index}"] = answers.int()
decays = [p for p in model.parameters() if p.dim() > 1]
rest = [p for p in model.parameters() if p.dim() <= 1]
optimiser = torch.optim.AdamW([{"params": decays, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=2e-5)
schedule = get_linear_schedule_with_warmup(optimiser, 2, STEPS)
losses = []
for step in range(STEPS):
    inputs, answers = batches[step % BATCHES]
    loss = F.cross_entropy(model(**inputs).logits, answers)
    optimiser.zero_grad()
    loss.backward()
    losses.append(loss.item())
    if step == 0:
        for key, parameter in model.named_parameters():
            stored["gradient." + key] = parameter.grad.contiguous().clone()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    schedule.step()
stored["losses"] = torch.tensor(losses)
save_file(stored, os.path.join(folder, "reference.safetensors"))
with open(os.path.join(folder, "texts.json"), "w") as file:
    json.dump(texts, file)
print(losses)
