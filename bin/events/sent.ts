// Server-sent events, as the stream of /scoria/v1/events sends them.

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Each event with the cursor after it; a cursor without an event when only the position moves on. */
export async function* serverSentEvents(
  answer: Response,
): AsyncGenerator<{ readonly id: string; readonly event: CloudEvent | null }> {
  let id = '';
  let data = '';
  for await (const line of linesOf(answer)) {
    if (line.startsWith('id:')) id = line.slice(3).trim();
    else if (line.startsWith('data:')) data += line.slice(5).trim();
    else if (line === '') {
      if (id !== '' || data !== '') yield { id, event: data === '' ? null : JSON.parse(data) };
      id = '';
      data = '';
    }
  }
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
