// Rings those who follow the journal. A ring carries nothing but the newest seq.

export interface Bell {
  ring(head: number): void;
  follow(listener: (head: number) => void): () => void;
}

export function createBell(onError: (thrown: unknown) => void): Bell {
  // One entry per call of `follow`: the same function may follow twice.
  const followers = new Set<{ listener: (head: number) => void }>();
  return {
    ring(head) {
      // A copy, since listeners may follow and stop; one that was stopped in this ring is not called.
      for (const follower of [...followers]) {
        if (!followers.has(follower)) continue;
        try {
          follower.listener(head);
        } catch (thrown) {
          onError(thrown);
        }
      }
    },
    follow(listener) {
      const follower = { listener };
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
}
