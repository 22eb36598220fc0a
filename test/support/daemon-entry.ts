// The daemon alone, from source. argv: its environment, and `foreground`.
import { errorCodes, JameyError } from "../../src/protocol/errors.ts";
import { runDaemon } from "../../src/runtime/daemon.ts";

const [environment = "default", mode] = process.argv.slice(2);
try {
  process.exitCode = await runDaemon({ environment, foreground: mode === "foreground" });
} catch (thrown) {
  if (!(thrown instanceof JameyError)) throw thrown;
  process.stderr.write(`jamey: ${thrown.message}\n`);
  process.exitCode = errorCodes[thrown.code].exit;
}
