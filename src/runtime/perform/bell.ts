// What an effect waits with that watches the journal.

/** Rung by any commit; what rings while nobody waits is heard by the next who does. */
export function createBell(signal: AbortSignal) {
  let next = Promise.withResolvers<void>();
  const ring = () => next.resolve();
  signal.addEventListener("abort", ring, { once: true });
  return {
    ring,
    async rung(): Promise<void> {
      await next.promise;
      next = Promise.withResolvers<void>();
    },
    close: () => signal.removeEventListener("abort", ring),
  };
}
