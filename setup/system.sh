#!/usr/bin/env bash
# Checks the system libraries that PDF rendering needs, and python3-venv.
# As root on a Debian system it installs what is missing; otherwise it prints the line to run and stops.
set -euo pipefail

packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)

known_libraries=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null)
complete=yes
for library in libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0; do
  grep -qF "$library" <<<"$known_libraries" || { echo "missing: $library"; complete=no; }
done
python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "missing: python3-venv"; complete=no; }
[ "$complete" = yes ] && exit 0

line="apt-get install -y --no-install-recommends ${packages[*]}"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive $line
else
  printf 'Run this once as root, then start again:\n  %s\n' "$line" >&2
  exit 1
fi
