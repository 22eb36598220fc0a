// Statements are prepared once, when they are first used: preparing all of them costs a start 15 ms, and
// most processes need few.

/** Makes the value at the first call; later calls get the same. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
