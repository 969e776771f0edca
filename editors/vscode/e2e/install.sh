#!/usr/bin/env bash
# Puts a real VS Code (code-server, as npm has it: VS Code 1.99) into .e2e/code and, where it is missing, Chromium onto the
# machine. Safe to run again. Needs Node, npm and apt; what code-server would download by itself is left out, and
# only the native modules that it needs to run are built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir=$PWD/.e2e/code

as=()
[ "$(id -u)" -eq 0 ] || as=(sudo -n)
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v g++ >/dev/null || missing+=(g++)
command -v make >/dev/null || missing+=(make)
command -v python3 >/dev/null || missing+=(python3)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "the end-to-end tests need ${missing[*]}; there is no apt-get to install them with" >&2
    exit 3
  fi
  echo "installing ${missing[*]}"
  "${as[@]}" apt-get update -qq
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi

if [ -f "$dir/.installed" ]; then exit 0; fi
mkdir -p "$dir"
cd "$dir"
[ -f package.json ] || echo '{"private":true}' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund --no-save code-server@4.99.4
npm rebuild --silent argon2
cd node_modules/code-server/lib/vscode
npm install --silent --ignore-scripts --omit=dev --no-audit --no-fund
npm rebuild --silent @vscode/spdlog native-watchdog
npm_config_yes=true npm rebuild --silent node-pty || true # its last step only writes a file for editors
(cd extensions && npm install --silent --ignore-scripts --omit=dev --no-audit --no-fund)
touch "$dir/.installed"
