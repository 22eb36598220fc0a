# A tool of jamey. Its arguments are one JSON text: the last argument, or stdin where that is "-". What it writes
# to stdout is its output; stderr is shown when it fails; exit code 0 is success.
import json
import os
import sys

text = sys.argv[-1]
arguments = json.loads(sys.stdin.buffer.read() if text == "-" else os.fsencode(text))

name = arguments["name"]
if not name:
    sys.exit("Nobody to greet: the name is empty.")
sys.stdout.buffer.write(f"Hello, {name}!\n".encode())
