#!/usr/bin/env bash
# The virtual environment, and into it the packages of the lock file named, each checked against its hash.
# uv does in seconds what pip does in minutes; where uv cannot reach a registry, pip goes its own way.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1

test -x .venv/bin/python || python3 -m venv .venv
pip=(.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes)
[ -x .venv/bin/uv ] || "${pip[@]}" -r setup/installer.lock
.venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$lock" || "${pip[@]}" -r "$lock"
