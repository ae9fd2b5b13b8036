// Streamed answers: what a handler yields, as the body of a response.

export const isChunks = (body: unknown): body is AsyncGenerator<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'return' in body;

/** Asks for the next chunk when the client has taken the last one. `ended` is called once, however the stream ends. */
export function streamOf(chunks: AsyncGenerator<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  let isOpen = true;
  const end = () => {
    if (isOpen) ended();
    isOpen = false;
  };
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done !== true) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      async cancel() {
        end();
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
