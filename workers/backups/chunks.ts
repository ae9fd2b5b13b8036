// How backups process chunks: several at once, with a limit.

/** How many chunks are in progress at once: 4 hide the latency of a store and take 16 MiB of memory. */
const atOnce = 4;

/**
 * Runs `work` for each item, a few at once. Rejects with the first error, after everything that was started has
 * ended.
 */
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
  // Read through a function, because the compiler does not see that run() sets it.
  const failed = ((): { readonly error: unknown } | null => failure)();
  if (failed !== null) throw failed.error;
}
