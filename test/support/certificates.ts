// Certificates for tests, made by openssl: valid for this machine's loopback only, by default.
import { join } from "node:path";

export interface CertificatePaths {
  cert: string;
  key: string;
}

export async function makeCertificate(
  folder: string,
  name: string,
  holds = "IP:127.0.0.1,DNS:localhost",
): Promise<CertificatePaths> {
  const paths = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const child = Bun.spawn(
    [
      "openssl",
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", paths.key, "-out", paths.cert, "-days", "2", "-subj", `/CN=${name}`],
      ...["-addext", `subjectAltName=${holds}`],
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const said = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`openssl made no certificate:\n${said}`);
  return paths;
}
