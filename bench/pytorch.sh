#!/usr/bin/env bash
# bench/pytorch.sh: the trainer's bench beside PyTorch on the same sizes, and the ratio ours / PyTorch for each case.
# Needs Debian's python3-torch; its own BLAS is a reference without vectors, so libopenblas is put under it:
#   apt-get install python3-torch libopenblas0-pthread     (libopenblas then serves libblas.so.3 by itself;
#   update-alternatives --config libblas.so.3-x86_64-linux-gnu shows and changes it)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=/usr/bin/python3
$python -c 'import torch' 2>/dev/null || { echo "bench/pytorch.sh: no python3-torch; see the top of this file" >&2; exit 1; }
blas=$(readlink -f /usr/lib/x86_64-linux-gnu/libblas.so.3)
case $blas in *openblas*) ;; *) echo "bench/pytorch.sh: libblas.so.3 is $blas, not openblas; see the top of this file" >&2; exit 1 ;; esac
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
$python bench/pytorch_peer.py | tee "$work/theirs"
./bench.sh trainer | tee "$work/ours"
$python - "$work/ours" "$work/theirs" <<'PY'
import json, sys
def read(path):
    return {row["case"]: row["value"] for row in (json.loads(line) for line in open(path) if line.startswith("{"))}
ours, theirs = read(sys.argv[1]), read(sys.argv[2])
print(f"{'case':16}{'ours':>10}{'PyTorch':>10}{'ratio':>8}")
for case in theirs:
    print(f"{case:16}{ours[case]:10.1f}{theirs[case]:10.1f}{ours[case] / theirs[case]:8.2f}")
for case in theirs:
    print(json.dumps({"bench": "trainer-pytorch", "case": case, "ours": ours[case], "pytorch": theirs[case], "ratio": round(ours[case] / theirs[case], 3)}))
PY
