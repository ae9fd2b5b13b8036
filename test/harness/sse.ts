// A client of server-sent events.

export interface Sent {
  /** The cursor. */
  readonly id: string;
  /** The CloudEvent; null for a heartbeat. */
  // biome-ignore lint/suspicious/noExplicitAny: read field by field
  readonly event: any;
}

export interface Events {
  /** The next event or heartbeat; null when the stream has ended. */
  next(): Promise<Sent | null>;
  close(): Promise<void>;
}

export function readEvents(response: Response): Events {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader(); // a stream has a body
  const decoder = new TextDecoder();
  let text = '';
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const id = /^id: (.*)$/m.exec(block)?.[1];
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (id !== undefined) return { id, event: data === undefined ? null : JSON.parse(data) };
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += decoder.decode(value, { stream: true });
      }
    },
    close: () => reader.cancel(),
  };
}
