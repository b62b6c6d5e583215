#!/usr/bin/env bash
# generate.sh table: writes src/e164/table.rs anew from the metadata that requirements.txt names.
# generate.sh corpus: asks the reference library anew for what tests/e164/ compares the table with.
# generate.sh human: writes its example numbers as people write them, for tests/e164/human.rs.
# For newer metadata raise the version in requirements.txt and run all three. Needs Python 3.11 with venv.
set -euo pipefail
cd "$(dirname "$0")"
venv=../../target/numbering-plan
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
case "${1-table}" in
table)
    "$venv/bin/python" -B generate.py >"$venv/table.rs"
    mv "$venv/table.rs" ../../src/e164/table.rs
    ;;
corpus | human) "$venv/bin/python" -B "../../tests/e164/reference/$1.py" ;;
*)
    echo "error: $1 is not table, corpus or human" >&2
    exit 2
    ;;
esac
