/** Who listens to what within this process. */
export function listeners() {
  const byTopic = new Map<string, Set<(word: string) => void>>();
  return {
    hear(topic: string, heard: (word: string) => void): () => void {
      const all = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, all.add(heard));
      return () => all.delete(heard);
    },
    say(topic: string, word: string): void {
      for (const heard of [...(byTopic.get(topic) ?? [])]) heard(word);
    },
  };
}
