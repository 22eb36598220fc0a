// Migrations are imported as text, so that they lie inside the binary.
declare module "*.sql" {
  const text: string;
  export = text;
}
