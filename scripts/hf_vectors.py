#!/usr/bin/env python3
"""Arena.Trainer and transformers/peft, compared both ways.

    python3 scripts/hf_vectors.py make OUT     write tiny random models and what transformers computes from them
    python3 scripts/hf_vectors.py check DIR    load a checkpoint and an adapter written by Arena.Trainer, print how far the logits differ

The tests read OUT as Arena.Tests/Trainer/Vectors; DIR is what `Arena.Trainer vectors --out DIR` writes. Needs torch, transformers, peft and
safetensors (written for transformers 4.45 to 5; not yet run: mend it where an API differs). CPU, eager attention, seed 0.

OUT/<name>/            config.json, model.safetensors (f32), bf16/ and sharded/ copies
OUT/<name>/io.safetensors   input_ids [2,12] (right padded), attention_mask, logits_f32, logits_f64, logps_f64 [2,11], hidden_<i>
OUT/<name>/greedy.json      20 greedily generated ids, with and without the cache
OUT/<name>/lora_all, lora_qv   PEFT adapters with nonzero B; logits_on, logits_merged in their io.safetensors
OUT/<name>/dpo.json         pairs, masks, log-probabilities, losses, gradient norms, parameter sums after AdamW steps
DIR/ must hold: config.json, model.safetensors, expected.safetensors {input_ids, logits}; optionally adapter/ with its own expected.safetensors
"""
import copy, json, pathlib, sys
import torch
from safetensors.torch import load_file, save_file

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)


def configs():
    from transformers import LlamaConfig, Qwen2Config, Qwen3Config
    base = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                vocab_size=128, max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    llama3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
    yield "llama_gqa_untied", LlamaConfig(**base, tie_word_embeddings=False)
    yield "llama_gqa_tied", LlamaConfig(**base, tie_word_embeddings=True)
    try:
        yield "llama_rope3", LlamaConfig(**base, tie_word_embeddings=False, rope_parameters=dict(llama3, rope_theta=500000.0))
    except TypeError:
        yield "llama_rope3", LlamaConfig(**base, tie_word_embeddings=False, rope_theta=500000.0, rope_scaling=llama3)
    yield "qwen2", Qwen2Config(**base, tie_word_embeddings=True)
    yield "qwen3", Qwen3Config(**base, head_dim=16, tie_word_embeddings=True)


def build(config):
    from transformers import AutoModelForCausalLM
    torch.manual_seed(0)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():                                   # larger than the default init, so that errors show
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.05)
    return model


def token_logps(logits, ids):
    return torch.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:, None])[..., 0]


def dpo_losses(pc, pr, rc, rr, lc, lr, beta=0.1, eps=0.1):
    """pc, pr: policy log-probabilities of chosen and rejected completions (sums); rc, rr: reference; lc, lr: lengths."""
    ls = torch.nn.functional.logsigmoid
    u, v = pc - rc, pr - rr
    d = u - v
    return {
        "sigmoid": -ls(beta * d).mean(),
        "cdpo": (-(1 - eps) * ls(beta * d) - eps * ls(-beta * d)).mean(),
        "robust": ((-(1 - eps) * ls(beta * d) + eps * ls(-beta * d)) / (1 - 2 * eps)).mean(),
        "hinge": torch.relu(1 - beta * d).mean(),
        "ipo": ((u / lc - v / lr - 1 / (2 * beta)) ** 2).mean(),
        "sigmoid_norm": -ls(beta * (u / lc - v / lr)).mean(),
    }


def make(out):
    from peft import LoraConfig, get_peft_model
    out = pathlib.Path(out)
    for name, config in configs():
        d = out / name
        model = build(config)
        model.save_pretrained(d)
        model.save_pretrained(d / "sharded", max_shard_size="40KB")
        copy.deepcopy(model).to(torch.bfloat16).save_pretrained(d / "bf16")
        g = torch.Generator().manual_seed(1)
        ids = torch.randint(3, 128, (2, 12), generator=g)
        mask = torch.ones_like(ids)
        ids[1, 9:], mask[1, 9:] = 0, 0
        with torch.no_grad():
            o32 = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
            m64 = copy.deepcopy(model).double()
            o64 = m64(input_ids=ids, attention_mask=mask)
            prompt = ids[:1, :6]
            greedy = {c: model.generate(prompt, max_new_tokens=20, min_new_tokens=20, do_sample=False, use_cache=u)[0, 6:].tolist()
                      for c, u in (("cache", True), ("no_cache", False))}
        save_file({"input_ids": ids, "attention_mask": mask, "logits_f32": o32.logits.contiguous(), "logits_f64": o64.logits.contiguous(),
                   "logps_f64": token_logps(o64.logits, ids).contiguous(),
                   **{f"hidden_{i}": h.contiguous() for i, h in enumerate(o32.hidden_states)}}, d / "io.safetensors")
        (d / "greedy.json").write_text(json.dumps({"prompt": prompt[0].tolist(), **greedy}))
        for label, targets in (("lora_all", ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]), ("lora_qv", ["q_proj", "v_proj"])):
            torch.manual_seed(2)
            peft = get_peft_model(copy.deepcopy(model), LoraConfig(r=4, lora_alpha=8, target_modules=targets, lora_dropout=0.0, task_type="CAUSAL_LM"))
            with torch.no_grad():
                for n, p in peft.named_parameters():
                    if "lora_B" in n:
                        p.normal_(std=0.05)
                peft.eval()
                on = peft(input_ids=ids, attention_mask=mask).logits
                peft.save_pretrained(d / label)
                merged = peft.merge_and_unload()(input_ids=ids, attention_mask=mask).logits
            save_file({"logits_on": on.contiguous(), "logits_merged": merged.contiguous()}, d / label / "io.safetensors")
        dpo(model, d)
        print(name, "written")


def dpo(model, d):
    g = torch.Generator().manual_seed(3)
    P, C = 5, 6
    prompts = torch.randint(3, 128, (4, P), generator=g)
    rows = torch.cat([torch.cat([prompts, torch.randint(3, 128, (4, C), generator=g)], 1) for _ in range(2)])   # chosen, then rejected
    lengths = torch.tensor([6, 4, 5, 6, 3, 6, 6, 5])
    cmask = (torch.arange(P + C)[None] >= P) & (torch.arange(P + C)[None] < (P + lengths)[:, None])

    def sums(m):
        lp = token_logps(m(input_ids=rows).logits, rows)
        return (lp * cmask[:, 1:]).sum(1)

    policy = copy.deepcopy(model).double()
    ref = sums(copy.deepcopy(model).double()).detach() + torch.linspace(-0.3, 0.3, 8, dtype=torch.float64)   # a reference that differs
    lc, lr = lengths[:4].double(), lengths[4:].double()
    out = {"rows": rows.tolist(), "completion_mask": cmask.long().tolist(), "beta": 0.1, "epsilon": 0.1, "reference_logps": ref.tolist()}
    s = sums(policy)
    out["policy_logps"] = s.tolist()
    out["losses"] = {k: v.item() for k, v in dpo_losses(s[:4], s[4:], ref[:4], ref[4:], lc, lr).items()}
    policy.zero_grad()
    dpo_losses(s[:4], s[4:], ref[:4], ref[4:], lc, lr)["sigmoid"].backward()
    out["gradient_norms"] = {n: p.grad.norm().item() for n, p in policy.named_parameters() if p.grad is not None}
    for accumulation in (1, 2):
        m = copy.deepcopy(model).double()
        opt = torch.optim.AdamW(m.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
        steps = []
        for step in range(10):
            opt.zero_grad()
            for part in range(accumulation):
                sel = [i for i in range(4) if i % accumulation == part]
                both = sel + [i + 4 for i in sel]
                lp = token_logps(m(input_ids=rows[both]).logits, rows[both])
                t = (lp * cmask[both][:, 1:]).sum(1)
                n = len(sel)
                loss = dpo_losses(t[:n], t[n:], ref[both][:n], ref[both][n:], lengths[both][:n].double(), lengths[both][n:].double())["sigmoid"] / accumulation
                loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
            opt.step()
            steps.append({"grad_norm": norm.item(), "sum": sum(p.sum().item() for p in m.parameters()), "sum_squares": sum((p ** 2).sum().item() for p in m.parameters())})
        out[f"adamw_accumulation_{accumulation}"] = steps
    (d / "dpo.json").write_text(json.dumps(out, indent=1))


def check(d):
    from transformers import AutoModelForCausalLM
    d = pathlib.Path(d)
    worst = 0.0

    def report(what, model, e):
        nonlocal worst
        difference = (model(input_ids=e["input_ids"]).logits - e["logits"]).abs().max().item()
        worst = max(worst, difference)
        print(f"{what}: max |difference| {difference:.3g}, logits up to {e['logits'].abs().max().item():.3g}")

    with torch.no_grad():
        for folder in [d] + sorted(p.parent for p in d.glob("*/config.json")):     # the whole model, and copies in shards or other types
            model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").float().eval()
            report(f"model in {folder}", model, load_file(folder / "expected.safetensors"))
        if (d / "adapter").exists():
            from peft import PeftModel
            model = AutoModelForCausalLM.from_pretrained(d, attn_implementation="eager").float().eval()
            peft = PeftModel.from_pretrained(model, d / "adapter").eval()
            e = load_file(d / "adapter" / "expected.safetensors")
            report("adapter", peft, e)
            report("adapter merged", peft.merge_and_unload(), e)
    if worst > 1e-4:
        sys.exit(f"they differ by {worst:.3g}, more than rounding in 32 bits")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](sys.argv[2])
