#!/usr/bin/env bash
# Fetches the browser assets and fonts named in package-lock.json and copies those in use to static/vendor.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
  .venv/bin/pip install -q --require-hashes -r setup/node.lock
  PATH="$PWD/.venv/bin:$PATH"
fi
npm ci --ignore-scripts --no-audit --no-fund

vendor=static/vendor
rm -rf "$vendor"
mkdir -p "$vendor/fonts"
cp node_modules/@tabler/core/dist/css/tabler.min.css "$vendor/"
cp node_modules/@tabler/core/dist/js/tabler.min.js "$vendor/"
cp node_modules/htmx.org/dist/htmx.min.js "$vendor/"
cp node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf "$vendor/fonts/"
cp node_modules/@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf "$vendor/fonts/"
cp node_modules/@expo-google-fonts/noto-sans-sc/LICENSE_FONT "$vendor/fonts/"
