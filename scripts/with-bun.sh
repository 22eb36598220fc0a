#!/bin/sh
# Runs the pinned Bun with the given arguments, in the caller's directory, after installing what is missing.
# Rules: 1. Needs sh and either Bun (any version) or Node.js with npm.
#        2. stdout belongs to what is run; installing speaks on stderr only.
#        3. Of two started at once, one installs and the other waits for it.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
bun="$root/node_modules/.bin/bun"
installed_lockfile="$root/node_modules/.installed-bun.lock"
lock="$root/node_modules/.installing"
lock_wait_seconds=300

is_installed() {
  [ -x "$bun" ] && cmp -s "$root/bun.lock" "$installed_lockfile"
}

# Becomes the pinned Bun from wherever this machine can get it. An older Bun cannot read the lockfile, hence `bun x`.
become_pinned_bun() {
  version=$(sed -n 's/.*"bun": *"\([0-9.]*\)".*/\1/p' package.json)
  for candidate in "$bun" bun; do
    if [ "$("$candidate" --version 2>/dev/null)" = "$version" ]; then exec "$candidate" "$@"; fi
  done
  if command -v bun >/dev/null; then exec bun x "bun@$version" "$@"; fi
  if command -v npx >/dev/null; then exec npx --yes --loglevel=error "bun@$version" "$@"; fi
  echo "jamey needs Bun or Node.js with npm, and found neither on PATH. See https://bun.com or https://nodejs.org" >&2
  exit 69
}

take_lock() {
  waited_seconds=0
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$lock"
    elif [ "$waited_seconds" -ge "$lock_wait_seconds" ]; then
      echo "Another install has held $lock for $lock_wait_seconds s. If none runs, remove that folder." >&2
      exit 75
    else
      sleep 1
      waited_seconds=$((waited_seconds + 1))
    fi
  done
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  echo "$$" >"$lock/pid"
}

install() (
  cd "$root"
  mkdir -p node_modules
  take_lock
  if is_installed; then exit 0; fi
  echo "jamey: installing dependencies" >&2
  (become_pinned_bun install --frozen-lockfile) </dev/null >&2
  cp bun.lock "$installed_lockfile"
)

is_installed || install
exec "$bun" "$@"
