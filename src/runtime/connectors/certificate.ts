// The certificate of the TCP listener: two PEM files that must be there, be what they say and belong
// together. Looked at before listening, because what a listener says of them names neither.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** Chains are longer than certificates, but not by much. */
const MAX_PEM_BYTES = 1024 * 1024;

export interface CertificateFiles {
  cert: string;
  key: string;
}

export interface Certificate {
  cert: string;
  key: string;
  /** Where it holds no longer, or not yet. */
  warning: string | undefined;
}

export function readCertificate(files: CertificateFiles): Certificate {
  const cert = readPem(files.cert, "certificate");
  const key = readPem(files.key, "key");
  const certificate = parsed(files.cert, "certificate", () => new X509Certificate(cert));
  const privateKey = parsed(files.key, "private key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    const message = `The key ${files.key} does not belong to the certificate ${files.cert}.`;
    throw new JameyError("config_invalid", message);
  }
  const { validFrom, validTo } = certificate;
  const holds = Date.parse(validFrom) <= Date.now() && Date.now() < Date.parse(validTo);
  const warning = `the certificate ${files.cert} holds only from ${validFrom} to ${validTo}`;
  return { cert, key, warning: holds ? undefined : warning };
}

function readPem(file: string, what: string): string {
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > MAX_PEM_BYTES) throw new Error("it is no PEM file");
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = `The TLS ${what} ${file} cannot be read: ${messageOf(cause)}`;
    throw new JameyError("config_invalid", message, { cause });
  }
}

function parsed<Value>(file: string, what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const message = `${file} holds no ${what} that can be read (PEM, without a passphrase).`;
    throw new JameyError("config_invalid", message, { cause });
  }
}
