// The few words of stock blessed that the facade uses: it carries no types of its own.
declare module "blessed/lib/program.js" {
  interface Program {
    cols: number;
    rows: number;
    isAlt: boolean;
    cursorHidden: boolean;
    flush(): void;
    destroy(): void;
  }
  interface ProgramConstructor {
    (options: object): Program;
    /** Its handlers of the process are in place. */
    _bound?: boolean;
  }
  const program: ProgramConstructor;
  export = program;
}

declare module "blessed/lib/tput.js" {
  interface Tput {
    strings: Record<string, string>;
    parseTerminfo(bytes: Uint8Array, file: string): object;
    readTerminfo(name: string): object;
    detectBrokenACS(info: object): boolean;
    detectUnicode(): boolean;
    _compile(info: object, key: string, text: unknown): unknown;
  }
  const tput: { prototype: Tput };
  export = tput;
}

declare module "blessed/lib/unicode.js" {
  const unicode: { blessed: object; charWidth(text: string | number, at?: number): number };
  export = unicode;
}

declare module "blessed/lib/widgets/screen.js" {
  /** Attributes and what stands in the cell. */
  type Cell = [number, string];
  type Row = Cell[] & { dirty: boolean };
  interface Screen {
    lines: Row[];
    tput: { strings: Record<string, string> };
    program: import("blessed/lib/program.js");
    alloc(): void;
    draw(start: number, end: number): void;
  }
  interface ScreenConstructor {
    (options: object): Screen;
    _bound?: boolean;
  }
  const screen: ScreenConstructor;
  export = screen;
}

declare module "blessed/usr/xterm-256color" {
  const path: string;
  export = path;
}
