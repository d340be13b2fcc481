#!/usr/bin/env bash
# Every test: all on SQLite, those that touch the database again on PostgreSQL, then the browser stories.
# Fails if any of the runs fails; each closes with pytest's own line. On PostgreSQL a worker waits for the server now and
# then: one more of them.
set -uo pipefail
cd "$(dirname "$0")/.."

# Compiled once, not by every worker and every process that a test starts, also where nothing is to be written beside
# the sources.
unset PYTHONDONTWRITEBYTECODE
PYTHONPYCACHEPREFIX=$(mktemp -d)
export PYTHONPYCACHEPREFIX
trap 'rm -rf "$PYTHONPYCACHEPREFIX"' EXIT

failed=0
run() {  # engine, arguments of pytest; exit 5 is "no test selected"
  echo "== $1: ${*:2}"
  TEST_ENGINE=$1 .venv/bin/python -m pytest -q "${@:2}"
  local code=$?
  [ "$code" = 0 ] || [ "$code" = 5 ] || failed=1
}

browser=no
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && browser=yes
done

if [ "$browser" = yes ]; then
  run sqlite -n "${WORKERS:-2}" --dist loadfile -m browser
else
  printf '\n*** NOT CHECKED: the browser stories, for there is no Chromium on this machine ***\n\n'
fi
run postgresql -n "${WORKERS:-3}" --dist loadfile -m "not browser"
run sqlite -n "${WORKERS:-2}" --dist loadfile -m "not browser"
exit "$failed"
