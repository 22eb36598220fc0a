#!/bin/sh
# A tool of jamey. Its arguments are one JSON text: the last argument, or stdin where that is "-". What it writes
# to stdout is its output; stderr is shown when it fails; exit code 0 is success.
set -eu

arguments=$1
[ "$arguments" != - ] || arguments=$(cat)

# The text of one field of a flat object. Where jq is installed: printf %s "$arguments" | jq -r .name
field() {
  printf %s "$arguments" | LC_ALL=C awk -v name="$1" '
    BEGIN { RS = "\001"; ORS = "" }
    {
      start = index($0, "\"" name "\":\"")
      if (start == 0) exit
      rest = substr($0, start + length(name) + 4)
      while (match(rest, /[\\"]/)) {
        print substr(rest, 1, RSTART - 1)
        if (substr(rest, RSTART, 1) == "\"") exit
        escaped = substr(rest, RSTART + 1, 1)
        if (escaped == "n") print "\n"
        else if (escaped == "t") print "\t"
        else print escaped
        rest = substr(rest, RSTART + 2)
      }
    }'
}

name=$(field name)
if [ -z "$name" ]; then
  echo "Nobody to greet: the name is empty." >&2
  exit 1
fi
printf 'Hello, %s!\n' "$name"
