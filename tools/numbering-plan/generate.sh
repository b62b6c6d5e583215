#!/usr/bin/env bash
# Writes src/e164/table.rs anew from the metadata that requirements.txt names. Needs Python 3 with venv.
# To take newer metadata: raise the version in requirements.txt, run this, then tests/e164/reference/generate.sh.
set -euo pipefail
cd "$(dirname "$0")"
venv=../../target/numbering-plan
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
"$venv/bin/python" -B generate.py >"$venv/table.rs"
mv "$venv/table.rs" ../../src/e164/table.rs
