#!/bin/sh
# Builds dist/jamey when a source is newer than it, then becomes it, in the directory of the caller.
# Rule: stdout belongs to jamey; building speaks on stderr only.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
binary="$root/dist/jamey"

is_fresh() {
  [ -x "$binary" ] || return 1
  cd "$root"
  # A folder is newer when something in it was taken away or put there; node_modules, when it is another.
  sources=$(find src scripts/build.ts package.json bun.lock tsconfig.json -newer "$binary") || return 1
  packages=$(find node_modules -prune -newer "$binary") || return 1
  [ -z "$sources$packages" ]
}

# npm and `bun run` start scripts in the project's root; each tells in its own variable where it was called.
caller=$PWD
if [ "${npm_lifecycle_event:-}" = start ]; then caller=${INIT_CWD:-${npm_config_local_prefix:-$PWD}}; fi

(is_fresh) || (cd "$root" && sh scripts/with-bun.sh scripts/build.ts </dev/null >&2)
cd "$caller"
exec "$binary" "$@"
