// Programs that together are a service: each can be killed, and is there again a moment later.
import { type Command, command } from '../programs.ts';

type Environment = Readonly<Record<string, string>>;

export interface Part {
  /** Ends it at once, as kill -9 does, and begins it anew. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A `scoria` command that runs in the background. */
export function part(words: readonly string[], folder: string, env: Environment): Part {
  const begin = (): Command => command(words, folder, env);
  let running = begin();
  return {
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
      running = begin();
    },
    async stop() {
      running.child.kill('SIGTERM');
      await running.ended;
    },
  };
}
