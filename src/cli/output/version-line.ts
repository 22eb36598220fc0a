// The answer to `jamey --version`, which loads nothing else.
import { VERSION } from "../../protocol/version.ts";

export const versionLine = (): string => `${VERSION}\n`;
