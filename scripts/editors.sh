#!/usr/bin/env bash
# Drives segls with the editors themselves: Neovim's own client and Emacs with
# eglot, with the configuration in editors/. Installs what is missing with apt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

has_apt() { command -v apt-get >/dev/null 2>&1; }

install() {
  has_apt || return 1
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
    as=(sudo -n)
  fi
  echo "note: installing $*"
  "${as[@]}" apt-get update -qq &&
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# untested ends the test where an editor should have been tested. On a
# developer's computer, without apt or the right to use it, that is no failure.
untested() {
  if has_apt && { [ "$(id -u)" -eq 0 ] || [ -n "${CI:-}" ]; }; then
    echo "$1 could not be installed, so it is not tested" >&2
    exit 1
  fi
  echo "note: $1 NOT TESTED: it is not here and could not be installed"
}

has_eglot() { emacs --batch --eval "(progn (require 'package) (package-initialize) (require 'eglot))" >/dev/null 2>&1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/bin/segls" ./cmd/segls
export PATH="$work/bin:$PATH"

workspace() {
  mkdir -p "$work/$1"
  printf '%s\n%s\n' 'Openers = PROFILE(contact).FILTER(statecode = 0)' 'All = SEGMENT(Openers)' >"$work/$1/a.seg"
  mkdir "$work/$1/other" "$work/$1/sub"
  : >"$work/$1/seg.toml"
  printf '%s\n' 'Base = PROFILE(contact).FILTER(statecode == 0)' >"$work/$1/other/b.seg"
  printf '%s\n' 'SEGMENT(Base).FILTER(statecode == 0 && statecode == 1)' >"$work/$1/sub/x.seg"
  cd "$work/$1"
}

if command -v nvim >/dev/null || install neovim; then
  (workspace neovim && timeout 120 nvim --headless --clean -u "$root/editors/neovim/segls.lua" -c "luafile $root/editors/neovim/test.lua")
else
  untested Neovim
fi

if command -v emacs >/dev/null && has_eglot || install emacs-nox elpa-eglot; then
  (workspace emacs && timeout 120 emacs --batch --eval "(progn (require 'package) (package-initialize))" -L "$root/editors/emacs" -l "$root/editors/emacs/test.el")
else
  untested Emacs
fi
