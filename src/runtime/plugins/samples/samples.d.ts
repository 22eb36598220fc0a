// Samples of tools are imported as text.
declare module "*/tool.sh" {
  const text: string;
  export = text;
}
declare module "*/tool.py" {
  const text: string;
  export = text;
}
declare module "*/tool.c" {
  const text: string;
  export = text;
}
