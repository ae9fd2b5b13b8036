// What backups do with the bytes of a chunk.

/** How many chunks are under way at once: 4 hide the latency of a store in 16 MiB of memory. */
const atOnce = 4;

/** Runs `work` for each item, a few at once, and rejects with the first error when all that had begun has ended. */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | null = null;
  const run = async () => {
    for (let next = rest.next(); !next.done && failure === null; next = rest.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  // Read through a function: the compiler does not see that run() sets it.
  const failed = ((): { readonly error: unknown } | null => failure)();
  if (failed !== null) throw failed.error;
}
