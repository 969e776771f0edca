#!/usr/bin/env bash
# Drives segls with the editors themselves: Neovim's own client and Emacs with
# eglot, with the configuration in editors/. Installs what is missing with apt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

install() {
  command -v apt-get >/dev/null 2>&1 || return 1
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
    as=(sudo -n)
  fi
  echo "note: installing $*"
  "${as[@]}" apt-get update -qq &&
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_eglot() { emacs --batch --eval "(progn (require 'package) (package-initialize) (require 'eglot))" >/dev/null 2>&1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/bin/segls" ./cmd/segls
export PATH="$work/bin:$PATH"

workspace() {
  mkdir -p "$work/$1"
  printf '%s\n%s\n' 'Openers = PROFILE(contact).FILTER(statecode = 0)' 'All = SEGMENT(Openers)' >"$work/$1/a.seg"
  cd "$work/$1"
}

if command -v nvim >/dev/null || install neovim; then
  (workspace neovim && timeout 120 nvim --headless --clean -u "$root/editors/neovim/segls.lua" -c "luafile $root/editors/neovim/test.lua")
else
  echo "note: Neovim NOT TESTED: it is not here and could not be installed"
fi

if command -v emacs >/dev/null && has_eglot || install emacs-nox elpa-eglot; then
  (workspace emacs && timeout 120 emacs --batch --eval "(progn (require 'package) (package-initialize))" -L "$root/editors/emacs" -l "$root/editors/emacs/test.el")
else
  echo "note: Emacs NOT TESTED: it is not here and could not be installed"
fi
