// What has to be undone, in the opposite order, at the end, on failure and on Ctrl-C.

const undo = new Map<symbol, () => Promise<void> | void>();
let running: Promise<void> | null = null;

/** Registers an undoing and returns how to do it now. Each is done once. */
export function later(work: () => Promise<void> | void): () => Promise<void> {
  const key = Symbol('undo');
  undo.set(key, work);
  return async () => {
    if (!undo.delete(key)) return;
    await work();
  };
}

export function cleanUp(): Promise<void> {
  running ??= undoAll();
  return running;
}

async function undoAll(): Promise<void> {
  for (const [key, work] of [...undo].reverse()) {
    undo.delete(key);
    try {
      await work();
    } catch (error) {
      process.stderr.write(`bench: cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/** Ctrl-C and kill clean up before they end the process. */
export function cleanUpOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => cleanUp().finally(() => process.exit(code)));
  }
}
