"""Thirty steps of fine-tuning by transformers and torch.optim.AdamW, for each kind of encoder, at small odd sizes.

Run with:  python make_parity.py        (writes bert/, roberta/, gpt2/ and clip/ beside itself)
Made with: torch 2.13.0, transformers 5.24.0, safetensors 0.8.0 (python 3.11, CPU, one thread)

Each folder is the model as transformers saves it, head included, and reference.safetensors: the ids of five batches,
padded with -1, their token types, answers, the losses of thirty steps, and the gradient of every parameter at the
first one. Nothing drops out. Weights are Float32; everything after that is computed in float64.

CLIP's head is that of the paper's code (zhjohnchan/bert-clip-synesthesia): the last token's state after the last norm,
the projection, a linear layer.
"""

import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import (BertConfig, BertForSequenceClassification, CLIPTextConfig, CLIPTextModelWithProjection,
                          GPT2Config, GPT2ForSequenceClassification, RobertaConfig, RobertaForSequenceClassification,
                          get_linear_schedule_with_warmup)

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.manual_seed(29)
generator = torch.Generator().manual_seed(31)
BATCHES, SIZE, STEPS, WARMUP, RATE, DECAY = 5, 5, 30, 4, 2e-3, 0.01


class CLIPClassifier(torch.nn.Module):
    def __init__(self, config, outputs):
        super().__init__()
        self.body = CLIPTextModelWithProjection(config)
        self.classifier = torch.nn.Linear(config.projection_dim, outputs)

    def forward(self, input_ids, attention_mask):
        states = self.body.text_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        last = states[torch.arange(len(states)), attention_mask.sum(1) - 1]
        return type("Output", (), {"logits": self.classifier(self.body.text_projection(last))})


def whole(low, high, *shape):
    return torch.randint(low, high, shape, generator=generator)


def make(name, model, padding, first, vocabulary, outputs, end=None, typed=False):
    for parameter in model.parameters():  # norms and biases too: nothing may hide behind a zero or a one
        if parameter.dim() == 1:
            parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    model = model.float().eval()
    folder = os.path.join(HERE, name)
    body = getattr(model, "body", model)
    body.save_pretrained(folder)
    weights = {k: v.detach().contiguous().clone() for k, v in model.state_dict().items()}
    weights = {k.removeprefix("body."): v for k, v in weights.items() if not k.endswith("_ids")}
    save_file(weights, os.path.join(folder, "model.safetensors"))
    os.remove(os.path.join(folder, "generation_config.json")) if os.path.exists(
        os.path.join(folder, "generation_config.json")) else None
    model = model.double()

    stored, batches = {}, []
    for index in range(BATCHES):
        lengths = whole(2, 16, SIZE).tolist()
        time = max(lengths)
        ids = whole(first, vocabulary, SIZE, time)
        mask = (torch.arange(time)[None] < torch.tensor(lengths)[:, None]).long()
        if end is not None:
            ids[ids == end] = first
            ids[torch.arange(SIZE), torch.tensor(lengths) - 1] = end
        types = (torch.arange(time)[None] >= torch.tensor(lengths)[:, None] // 2).long() * mask
        answers = 5 * torch.rand(SIZE, generator=generator).double() if outputs == 1 else whole(0, outputs, SIZE)
        batches.append((torch.where(mask == 1, ids, padding), mask, types, answers))
        stored[f"ids.{index}"] = torch.where(mask == 1, ids, -1).int()
        stored[f"types.{index}"] = types.int()
        stored[f"answers.{index}"] = answers.float() if outputs == 1 else answers.int()
    if outputs == 1:  # as stored
        batches = [(a, b, c, stored[f"answers.{i}"].double()) for i, (a, b, c, _) in enumerate(batches)]

    decays = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decays, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}], lr=RATE)
    schedule = get_linear_schedule_with_warmup(optimiser, WARMUP, STEPS)
    losses = []
    for step in range(STEPS):
        ids, mask, types, answers = batches[step % BATCHES]
        extra = {"token_type_ids": types} if typed else {}
        logits = model(input_ids=ids, attention_mask=mask, **extra).logits
        loss = F.mse_loss(logits.squeeze(-1), answers) if outputs == 1 else F.cross_entropy(logits, answers)
        optimiser.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            for key, parameter in model.named_parameters():
                if parameter.grad is not None:
                    stored["gradient." + key.removeprefix("body.")] = parameter.grad.float().contiguous().clone()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    stored["losses"] = torch.tensor(losses)
    print(name, losses[0], losses[-1])
    save_file(stored, os.path.join(folder, "reference.safetensors"))


none = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
bert = dict(hidden_size=21, num_hidden_layers=2, num_attention_heads=3, intermediate_size=26, **none)
make("bert", BertForSequenceClassification(BertConfig(
    vocab_size=47, max_position_embeddings=19, num_labels=3, attn_implementation="eager", **bert)), 0, 1, 47, 3,
    typed=True)
make("roberta", RobertaForSequenceClassification(RobertaConfig(
    vocab_size=43, max_position_embeddings=21, num_labels=2, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    type_vocab_size=1, attn_implementation="eager", **bert)), 1, 2, 43, 2)
make("gpt2", GPT2ForSequenceClassification(GPT2Config(
    vocab_size=41, n_positions=17, n_embd=18, n_layer=2, n_head=2, n_inner=30, resid_pdrop=0, embd_pdrop=0,
    attn_pdrop=0, num_labels=1, pad_token_id=0, bos_token_id=40, eos_token_id=40, attn_implementation="eager")),
    0, 1, 41, 1)
make("clip", CLIPClassifier(CLIPTextConfig(
    vocab_size=39, hidden_size=20, intermediate_size=34, projection_dim=14, num_hidden_layers=2,
    num_attention_heads=4, max_position_embeddings=16, bos_token_id=37, eos_token_id=38, pad_token_id=38,
    attn_implementation="eager"), 2), 38, 1, 39, 2, end=38)
