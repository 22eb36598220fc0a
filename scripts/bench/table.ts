// What a measurement is, and the table in which all of them stand beside their floors and aims.

export interface Measured {
  name: string;
  value: number;
  unit: "ms" | "µs" | "MB" | "KB" | "bytes" | "%" | "/s" | "s";
  /** The platform's own, measured in the same run, in the same unit. */
  floor?: { name: string; value: number };
  /** What the project wants. A ratio is over the floor. */
  aim?: { most: number; of: "value" | "floor" };
  /** What else a reader has to know, such as p99 or the count. */
  note?: string;
}

const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);

function judge({ value, floor, aim }: Measured): string {
  if (!aim) return "";
  const isRatio = aim.of === "floor";
  const reached = isRatio ? value / (floor?.value ?? Number.NaN) : value;
  const wanted = isRatio ? `${aim.most}x` : `${aim.most}`;
  return `${reached <= aim.most ? "yes" : "NO "}  (${wanted})`;
}

/** Rows under a title, aligned. */
export function printTable(title: string, rows: readonly Measured[]): void {
  const cells = rows.map((row) => [
    row.name,
    `${digits(row.value)} ${row.unit}`,
    row.floor
      ? `${(row.value / row.floor.value).toFixed(1)}x ${row.floor.name} (${digits(row.floor.value)})`
      : "",
    judge(row),
    row.note ?? "",
  ]);
  const header = [title, "median", "beside its floor", "aim met", ""];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...cells].map((line) => Bun.stringWidth(line[column] ?? ""))),
  );
  for (const line of [header, ...cells]) {
    const padded = line.map(
      (cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)),
    );
    console.log(padded.join("  ").trimEnd());
  }
  console.log();
}

/** The value below which so large a share of all lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const spread = (values: readonly number[]): string =>
  `p99 ${digits(quantile(values, 0.99))}, ${values.length} times`;
