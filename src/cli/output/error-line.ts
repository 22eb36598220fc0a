// An error as a human reads it on stderr, and as a program reads it on stdout.
import { type ErrorBody, errorCodes } from "../../protocol/errors.ts";
import { paint } from "../../terminal/colour.ts";
import { stripControl } from "../../terminal/strip.ts";

/** One line; a daemon's log may add its own. */
export const describeError = (error: ErrorBody, hasColour: boolean): string =>
  `${paint(hasColour, "red", "jamey:")} ${stripControl(error.message).replace(WIRE_WORDS, "").trimEnd()}`;

/** What the documents have programs look for in a message says nothing to people. */
const WIRE_WORDS = / \(PO not found\)(?=\.)/;

/** What every JSON output says of an error. */
export const errorFields = ({ code, message }: ErrorBody) => ({
  code,
  message,
  retryable: errorCodes[code].retryable,
});
