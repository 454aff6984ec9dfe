#!/usr/bin/env python3
"""What PyTorch computes in a training step: losses, gradients and parameters after AdamW steps of a tiny Llama, in double precision.

    python3 scripts/torch_vectors.py > Arena.Tests/Trainer/Vectors/pytorch.json

Needs torch alone (Debian's python3-torch 1.13 made the file that is checked in). The decoder is written out here in torch operations, so this holds the
trainer's losses, its gradients by hand, clipping and optimizer to PyTorch's autograd and AdamW; it says nothing about transformers (scripts/hf_vectors.py).
Numbers are little-endian doubles in base64. Seed 0, one thread.
"""
import base64
import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

VOCAB, WIDTH, INNER, LAYERS, HEADS, GROUPS, HEAD, EPS, THETA = 16, 8, 12, 2, 2, 1, 4, 1e-5, 10000.0
BETA, EPSILON, RATE, DECAY, CLIP, STEPS = 0.3, 0.1, 1e-3, 0.01, 1.0, 10
PROMPT, ANSWER, PAIRS = 3, 4, 4
LENGTHS = torch.tensor([4, 2, 3, 4, 1, 4, 2, 3])


def packed(t):
    return base64.b64encode(t.detach().contiguous().numpy().astype("<f8").tobytes()).decode()


def weights():
    shapes = {"self_attn.q_proj": (HEADS * HEAD, WIDTH), "self_attn.k_proj": (GROUPS * HEAD, WIDTH), "self_attn.v_proj": (GROUPS * HEAD, WIDTH), "self_attn.o_proj": (WIDTH, HEADS * HEAD),
              "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH), "mlp.down_proj": (WIDTH, INNER)}
    w = {"model.embed_tokens.weight": 0.5 * torch.randn(VOCAB, WIDTH)}
    for n in range(LAYERS):
        for name, shape in shapes.items():
            w[f"model.layers.{n}.{name}.weight"] = 0.5 * torch.randn(shape)
        for name in ("input_layernorm", "post_attention_layernorm"):
            w[f"model.layers.{n}.{name}.weight"] = 1 + 0.1 * torch.randn(WIDTH)
    w["model.norm.weight"] = 1 + 0.1 * torch.randn(WIDTH)
    return w


ANGLES = torch.arange(PROMPT + ANSWER)[:, None] * THETA ** (-torch.arange(0, HEAD, 2) / HEAD)[None, :]
COS, SIN = torch.cat([ANGLES.cos()] * 2, -1), torch.cat([ANGLES.sin()] * 2, -1)


def norm(x, w):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPS) * w


def rotate(x):
    a, b = x.chunk(2, -1)
    return x * COS + torch.cat([-b, a], -1) * SIN


def logits(w, ids):
    rows, steps = ids.shape
    x = F.embedding(ids, w["model.embed_tokens.weight"])
    mask = torch.full((steps, steps), -math.inf).triu(1)
    for n in range(LAYERS):
        at = f"model.layers.{n}."
        y = norm(x, w[at + "input_layernorm.weight"])
        q, k, v = (F.linear(y, w[f"{at}self_attn.{s}_proj.weight"]).view(rows, steps, -1, HEAD).transpose(1, 2) for s in "qkv")
        q, k = rotate(q), rotate(k)
        k, v = k.repeat_interleave(HEADS // GROUPS, 1), v.repeat_interleave(HEADS // GROUPS, 1)
        mixed = (q @ k.transpose(-1, -2) / math.sqrt(HEAD) + mask).softmax(-1) @ v
        x = x + F.linear(mixed.transpose(1, 2).reshape(rows, steps, -1), w[at + "self_attn.o_proj.weight"])
        y = norm(x, w[at + "post_attention_layernorm.weight"])
        x = x + F.linear(F.silu(F.linear(y, w[at + "mlp.gate_proj.weight"])) * F.linear(y, w[at + "mlp.up_proj.weight"]), w[at + "mlp.down_proj.weight"])
    return F.linear(norm(x, w["model.norm.weight"]), w["model.embed_tokens.weight"])


ROWS = torch.cat([torch.randint(3, VOCAB, (PAIRS, PROMPT)).repeat(2, 1), torch.randint(3, VOCAB, (2 * PAIRS, ANSWER))], 1)   # chosen, then rejected
MASK = (torch.arange(PROMPT + ANSWER)[None] >= PROMPT) & (torch.arange(PROMPT + ANSWER)[None] < (PROMPT + LENGTHS)[:, None])
# KTO's divergence is measured on each prompt before the next row's answer.
OTHER, OTHER_MASK = torch.cat([ROWS[:, :PROMPT], ROWS.roll(-1, 0)[:, PROMPT:]], 1), torch.cat([MASK[:, :PROMPT], MASK.roll(-1, 0)[:, PROMPT:]], 1)


def sums(w, rows=ROWS, mask=MASK):
    own = -F.cross_entropy(logits(w, rows)[:, :-1].transpose(1, 2), rows[:, 1:], reduction="none")
    return (own * mask[:, 1:]).sum(1)


START = weights()
REFERENCE = sums(START) + torch.linspace(-0.6, 0.6, 2 * PAIRS)
OTHER_REFERENCE = sums(START, OTHER, OTHER_MASK) - 0.2


def compare(w, loss):
    s, n = sums(w), LENGTHS.double()
    u, v = (s - REFERENCE).split(PAIRS)
    d = u - v
    if loss == "kto":
        kl = (sums(w, OTHER, OTHER_MASK) - OTHER_REFERENCE).mean().clamp(min=0).detach()
        return torch.cat([1 - torch.sigmoid(BETA * (u - kl)), 1 - torch.sigmoid(BETA * (kl - v))]).mean()
    return {
        "sigmoid": lambda: -F.logsigmoid(BETA * d),
        "robust": lambda: (-(1 - EPSILON) * F.logsigmoid(BETA * d) + EPSILON * F.logsigmoid(-BETA * d)) / (1 - 2 * EPSILON),
        "hinge": lambda: torch.relu(1 - BETA * d),
        "ipo": lambda: (u / n[:PAIRS] - v / n[PAIRS:] - 1 / (2 * BETA)) ** 2,
        "orpo": lambda: orpo(s[:PAIRS] / n[:PAIRS], s[PAIRS:] / n[PAIRS:]),
    }[loss]().mean()


def orpo(a, b):
    odds = a - b - (torch.log1p(-torch.exp(a)) - torch.log1p(-torch.exp(b)))
    return -a - BETA * F.logsigmoid(odds)


def train(loss):
    w = {name: t.clone().requires_grad_() for name, t in START.items()}
    optimizer = torch.optim.AdamW(w.values(), lr=RATE, weight_decay=DECAY)
    steps, norms = [], None
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = compare(w, loss)
        value.backward()
        norms = norms or {name: t.grad.norm().item() for name, t in w.items()}
        total = torch.nn.utils.clip_grad_norm_(w.values(), CLIP).item()
        optimizer.step()
        steps.append({"loss": value.item(), "grad_norm": total})
    return {"gradient_norms": norms, "steps": steps, "weights_after": {name: packed(t) for name, t in w.items()}}


print(json.dumps({
    "torch": torch.__version__,
    "config": {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCAB, "hidden_size": WIDTH, "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
               "num_key_value_heads": GROUPS, "head_dim": HEAD, "max_position_embeddings": 32, "rms_norm_eps": EPS, "rope_theta": THETA, "tie_word_embeddings": True, "bos_token_id": 0, "eos_token_id": 1,
               "pad_token_id": 2, "torch_dtype": "float64", "hidden_act": "silu"},
    "weights": {name: packed(t) for name, t in START.items()},
    "prompt": PROMPT, "rows": ROWS.tolist(), "lengths": LENGTHS.tolist(), "sums": sums(START).tolist(), "reference": REFERENCE.tolist(), "other_reference": OTHER_REFERENCE.tolist(),
    "beta": BETA, "epsilon": EPSILON, "learning_rate": RATE, "weight_decay": DECAY, "clip_norm": CLIP,
    "losses": {loss: train(loss) for loss in ("sigmoid", "robust", "hinge", "ipo", "orpo", "kto")},
}, indent=1))
