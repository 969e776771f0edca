#!/usr/bin/env bash
# Runs every test and check of the project; the only thing a fresh machine needs is
# Go, Node with npm, git and apt. Ends with an error at the first step that fails.
#
# The inputs of the fuzz targets are tests like all others. New inputs are random, and what passes or
# fails must not be, so they are only looked for when asked:
#
#   FUZZTIME=2m bash scripts/test.sh    fuzz each target for two minutes as well
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

FUZZTIME=${FUZZTIME:-0}

step() { printf '\n==> %s\n' "$*"; }
note() { printf 'note: %s\n' "$*"; }
fail() {
  printf 'FAIL: %s\n' "$*" >&2
  exit 1
}

# The race detector needs a C compiler, which Go alone does not bring.
have_cc() { command -v "$(go env CC)" >/dev/null 2>&1; }
install_cc() {
  have_cc && return 0
  command -v apt-get >/dev/null 2>&1 || return 1
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
    as=(sudo -n)
  fi
  note "no C compiler here: installing gcc for the race detector"
  "${as[@]}" apt-get update -qq &&
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev >/dev/null &&
    have_cc
}

# Files of the product's module: not the tools' module, not what npm fetched, not test data.
go_files() {
  find . \( -name .git -o -name node_modules -o -name testdata -o -path ./tools -o -path ./bin \) -prune \
    -o -name "$1" -type f -print | LC_ALL=C sort
}

step "go build ./..."
go build ./...

step "go vet ./..."
go vet ./...

step "other systems: go vet of the commands for Windows and macOS, go build of the language server and the client for WebAssembly"
GOOS=windows go vet ./cmd/...
GOOS=darwin go vet ./cmd/...
GOOS=js GOARCH=wasm go build ./internal/lsp ./dataverse

step "gofmt"
unformatted=$(go_files '*.go' | xargs -r gofmt -l)
if [ -n "$unformatted" ]; then
  printf '%s\n' "$unformatted"
  fail "the files above are not formatted: run gofmt -w on them"
fi

step "segfmt -l examples"
differing=$(go run ./cmd/segfmt -l examples) || {
  printf '%s\n' "$differing"
  fail "segfmt -l examples ended with an error"
}
if [ -n "$differing" ]; then
  printf '%s\n' "$differing"
  fail "the examples above are not in canonical layout: run go run ./cmd/segfmt -w examples"
fi

step "building golangci-lint and govulncheck (pinned in tools/go.mod; slow only the first time)"
mkdir -p bin
(cd tools && go build -o ../bin/ tool)

step "golangci-lint"
bin/golangci-lint config verify
bin/golangci-lint run ./...

step "govulncheck"
# With -version the tool asks its database only for its date; without an answer it leaves that line out.
answer=$(timeout 30 bin/govulncheck -version 2>/dev/null || true)
if grep -q '^DB updated:' <<<"$answer"; then
  bin/govulncheck ./...
else
  note "vulnerabilities NOT CHECKED: the vulnerability database cannot be reached from this network"
fi

# The longest random tests do fewer steps here; the last run of the tests does all.
step "go test -race -short ./..."
if install_cc; then
  CGO_ENABLED=1 go test -race -short ./...
else
  note "races NOT CHECKED: there is no C compiler and none could be installed"
fi

# Go's fuzzer now and then ends with "context deadline exceeded" when its time is up while an input is running
# It found nothing then, and has no failing input to show.
fuzz() {
  local log
  log=$(mktemp)
  if ! go test -run='^$' -fuzz="^$1\$" -fuzztime="$FUZZTIME" -fuzzminimizetime=10x "$2" </dev/null 2>&1 | tee "$log"; then
    if grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
      note "the fuzzer was cut off by its own clock; it found nothing"
    else
      fail "$1 in $2 found a failing input"
    fi
  fi
  rm -f "$log"
}

if [ "$FUZZTIME" != 0 ]; then
  step "fuzzing, $FUZZTIME for each target"
  targets=$(go_files '*_test.go' | xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*\(' || true)
  [ -n "$targets" ] || note "there is no fuzz target"
  while IFS=: read -r file func; do
    [ -n "$file" ] || continue
    name=${func#func }
    name=${name%(}
    echo "--- $name in $(dirname "$file")"
    fuzz "$name" "$(dirname "$file")"
  done <<<"$targets"
fi

step "go test ./..."
go test -count=1 ./...

step "segls in Neovim and Emacs"
bash scripts/editors.sh

step "the extension for VS Code: its package, its tests, and a real VS Code with it"
(cd editors/vscode && npm ci --no-audit --no-fund && npm run package && npm test)
if command -v apt-get >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1; then
  (cd editors/vscode && npm run e2e)
else
  note "the extension in VS Code NOT TESTED: there is no Chromium, and no apt-get to install it with"
fi
