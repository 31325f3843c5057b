#!/usr/bin/env bash
# Shows seednb on four notebooks, none of which sets a seed. Usage: examples/demo.sh [PYTHON]; `make demo` calls it.
set -euo pipefail

python=$(command -v "${1:-python3}")
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
examples=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset SEEDNB SEEDNB_SEED
if [[ -t 1 ]]; then
    export FORCE_COLOR=1 COLUMNS=$(tput cols 2> /dev/null || echo 120) # for what goes through a pipe below
else
    export COLUMNS=120
fi
cp "$examples"/*.ipynb "$folder"
cd "$folder"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '\ndemo: FAILED: %s\n' "$*" >&2; exit 1; }
seednb() { # seednb EXPECTED-EXIT-CODE ARGUMENTS…
    local expected=$1 code=0
    shift
    echo "\$ seednb $*"
    "$python" -m seednb "$@" || code=$?
    ((code == expected)) || fail "seednb $1 ended with $code, not $expected"
}

say "1. Run four notebooks that set no seed, each in a fresh kernel with one seed for everything."
for notebook in *.ipynb; do
    seednb 0 run "$notebook" --seed 42
done

say "2. Replay them in fresh kernels and compare every cell with what was recorded: numbers, plots and generator states."
seednb 0 verify ./*.ipynb

say "3. Change one line: draw 500001 prices in place of 500000."
old='standard_normal(500_000)' new='standard_normal(500_001)' id=option-price
cp montecarlo.ipynb changed.ipynb
"$python" - changed.ipynb "$old" "$new" <<'PYTHON'
import sys
from pathlib import Path

path, old, new = Path(sys.argv[1]), *sys.argv[2:]
text = path.read_text(encoding="utf-8")
assert text.count(old) == 1, f"{old} is not in the notebook exactly once"
path.write_text(text.replace(old, new), encoding="utf-8")
PYTHON
diff montecarlo.ipynb changed.ipynb || true

say "4. The replay names the first cell that differs; the cells before it are still identical."
seednb 1 verify changed.ipynb | tee verify.log
expected=$("$python" -c "import json; print([cell['id'] for cell in json.load(open('changed.ipynb'))['cells']].index('$id') + 1)")
grep -q "first at cell $expected " verify.log || fail "the first cell that differs must be cell $expected"

say "All as expected: four notebooks reproduced, one change found."
