// Whether a host takes what it is told. While it does not, nothing is pulled for it: it is late, and costs nothing.

export interface Room {
  isThere(): boolean;
  /** Something was handed over and is not taken yet. */
  take(): void;
  /** The host waits for more. */
  give(): void;
}

export function createRoom(flush: () => void): Room {
  let isThere = true;
  return {
    isThere: () => isThere,
    take() {
      isThere = false;
    },
    give() {
      if (isThere) return;
      isThere = true;
      flush();
    },
  };
}
