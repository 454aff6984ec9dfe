"""The trainer bench's cases in PyTorch: the same sizes, the same batch, one thread and processor time (sampling: two threads, the clock).

Written as one would write it with tensors: head on answers only, AdamW of the library, keys and values cached in place. One JSON object a line.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

VOCAB, WIDTH, INNER, LAYERS, HEADS, HEAD = 4096, 256, 688, 4, 8, 32
PAIRS, PROMPT, ANSWER, RANK = 16, 16, 48, 8
LINEAR = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "o": (WIDTH, WIDTH), "gate": (INNER, WIDTH), "up": (INNER, WIDTH), "down": (WIDTH, INNER)}


def weights():
    torch.manual_seed(1)
    w = {"embed": 0.05 * torch.randn(VOCAB, WIDTH), "norm": torch.ones(WIDTH)}
    for n in range(LAYERS):
        w[f"{n}.in"], w[f"{n}.post"] = torch.ones(WIDTH), torch.ones(WIDTH)
        for name, (out, into) in LINEAR.items():
            w[f"{n}.{name}"] = torch.randn(out, into) * 0.8 / math.sqrt(into)
    return w


def adapter():
    a = {}
    for n in range(LAYERS):
        for name, (out, into) in LINEAR.items():
            a[f"{n}.{name}"] = ((2 * torch.rand(RANK, into) - 1) / math.sqrt(into), torch.zeros(out, RANK))
    return a


ANGLES = torch.arange(320.0)[:, None] * 10000.0 ** (-torch.arange(0, HEAD, 2) / HEAD)[None, :]
COS, SIN = torch.cat([ANGLES.cos()] * 2, -1), torch.cat([ANGLES.sin()] * 2, -1)


def norm(x, w):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * w


def rotate(x, start):
    cos, sin = COS[start:start + x.shape[2]], SIN[start:start + x.shape[2]]
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def hidden(w, ids, lora=None, cache=None, start=0):
    def linear(x, key):
        y = F.linear(x, w[key])
        return y if lora is None else y + 2.0 * F.linear(F.linear(x, lora[key][0]), lora[key][1])

    rows, steps = ids.shape
    x = F.embedding(ids, w["embed"])
    mask = torch.full((steps, steps), -math.inf).triu(1) if steps > 1 else None
    for n in range(LAYERS):
        y = norm(x, w[f"{n}.in"])
        q, k, v = (linear(y, f"{n}.{s}").view(rows, steps, HEADS, HEAD).transpose(1, 2) for s in "qkv")
        q, k = rotate(q, start), rotate(k, start)
        if cache is not None:
            keys, values = cache[n]
            keys[:, :, start:start + steps], values[:, :, start:start + steps] = k, v
            k, v = keys[:, :, :start + steps], values[:, :, :start + steps]
        scores = q @ k.transpose(-1, -2) / math.sqrt(HEAD)
        mixed = (scores if mask is None else scores + mask).softmax(-1) @ v
        x = x + linear(mixed.transpose(1, 2).reshape(rows, steps, WIDTH), f"{n}.o")
        y = norm(x, w[f"{n}.post"])
        x = x + linear(F.silu(linear(y, f"{n}.gate")) * linear(y, f"{n}.up"), f"{n}.down")
    return norm(x, w["norm"])


def best(action, tries, clock=time.process_time):
    action()
    seconds = []
    for _ in range(tries):
        before = clock()
        action()
        seconds.append(clock() - before)
    return min(seconds)


def step_rate(lora, tries):
    w, a = weights(), adapter() if lora else None
    trained = [t.requires_grad_() for t in ([t for pair in a.values() for t in pair] if lora else w.values())]
    optimizer = torch.optim.AdamW(trained, lr=1e-6, weight_decay=0.0)
    torch.manual_seed(3)
    prompt = torch.randint(3, VOCAB, (PAIRS, PROMPT))
    rows = torch.cat([torch.cat([prompt, torch.randint(3, VOCAB, (PAIRS, ANSWER))], 1) for _ in range(2)])

    def step():
        states = hidden(w, rows[:, :-1], a)[:, PROMPT - 1:]
        logits = F.linear(states, w["embed"])
        sums = -F.cross_entropy(logits.reshape(-1, VOCAB), rows[:, PROMPT:].reshape(-1), reduction="none").view(2 * PAIRS, ANSWER).sum(1)
        loss = F.softplus(-0.1 * (sums[:PAIRS] - sums[PAIRS:])).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()

    return 2 * PAIRS * (PROMPT + ANSWER) / best(step, tries)


def sampling_rate(rows, tries):
    w = weights()
    prompt = torch.arange(3, 3 + 16).repeat(rows, 1)

    @torch.inference_mode()
    def run():
        cache = [(torch.zeros(rows, HEADS, 80, HEAD), torch.zeros(rows, HEADS, 80, HEAD)) for _ in range(LAYERS)]
        ids, start = prompt, 0
        for _ in range(64):
            logits = F.linear(hidden(w, ids, None, cache, start)[:, -1], w["embed"])
            start += ids.shape[1]
            ids = torch.multinomial(logits.softmax(-1), 1)
            logits.log_softmax(-1).gather(1, ids)

    return rows * 64 / best(run, tries, time.perf_counter)


def main(tries):
    def tell(case, value, unit):
        print(json.dumps({"bench": "pytorch", "case": case, "value": round(value, 1), "unit": unit, "version": torch.__version__}), flush=True)

    torch.set_num_threads(1)
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    tell("matmul-f32", 10 * 2 * 1024 ** 3 / 1e9 / best(lambda: [a.mm(b) for _ in range(10)], tries), "GFLOP/s")
    tell("dpo-full-f32", step_rate(False, tries), "tokens/s")
    tell("dpo-lora-f32", step_rate(True, tries), "tokens/s")
    torch.set_num_threads(2)
    for rows in (1, 32, 128):
        tell(f"sampling-{rows}", sampling_rate(rows, tries), "tokens/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
