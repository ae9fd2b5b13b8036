// The handshake of NBD (fixed newstyle): TLS where it is asked for, structured replies, which ranges hold data.

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ByteStream } from './nbd-stream.ts';

export interface TlsFiles {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface NbdPlace {
  readonly to: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly name: string;
  readonly tls: TlsFiles | null;
}

export interface Opened {
  readonly socket: Socket;
  readonly stream: ByteStream;
  readonly sizeBytes: number;
  /** The id of the metadata context under which the server reports ranges. */
  readonly contextId: number;
}

const magic = 0x49484156454f5054n; // IHAVEOPT
const replyMagic = 0x3e889045565a9n;
const option = { startTls: 5, go: 7, structuredReply: 8, setMetaContext: 10 } as const;
const reply = { ack: 1, info: 3, metaContext: 4 } as const;

/** Connects to an export. Rejects when the server has none of this name, or does not take us. */
export async function openNbd({ to, name, tls }: NbdPlace, signal: AbortSignal): Promise<Opened> {
  let socket: Socket = connect(to as { path: string });
  const end = () => socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const stream = new ByteStream(socket);
    const greeting = await stream.read(18);
    if (greeting.readBigUInt64BE(8) !== magic) throw new Error('the server speaks another protocol');
    socket.write(u32(3)); // Fixed newstyle, no zeros.
    if (tls !== null) {
      await ask(socket, stream, option.startTls, Buffer.alloc(0));
      stream.detach(socket);
      socket = await secured(socket, tls, 'host' in to ? to.host : 'localhost');
      stream.attach(socket);
    }
    await ask(socket, stream, option.structuredReply, Buffer.alloc(0));
    const wanted = Buffer.from('base:allocation');
    const query = Buffer.concat([counted(Buffer.from(name)), u32(1), counted(wanted)]);
    const contexts = await ask(socket, stream, option.setMetaContext, query);
    const contextId = contexts.find(({ type }) => type === reply.metaContext)?.data.readUInt32BE(0) ?? -1;
    const infos = await ask(socket, stream, option.go, Buffer.concat([counted(Buffer.from(name)), Buffer.alloc(2)]));
    const size = infos.find(({ type, data }) => type === reply.info && data.readUInt16BE(0) === 0);
    if (size === undefined) throw new Error('the server does not tell the size');
    return { socket, stream, sizeBytes: Number(size.data.readBigUInt64BE(2)), contextId };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

interface Reply {
  readonly type: number;
  readonly data: Buffer;
}

async function ask(socket: Socket, stream: ByteStream, kind: number, data: Buffer): Promise<Reply[]> {
  const head = Buffer.alloc(16);
  head.writeBigUInt64BE(magic);
  head.writeUInt32BE(kind, 8);
  head.writeUInt32BE(data.length, 12);
  socket.write(Buffer.concat([head, data]));
  const replies: Reply[] = [];
  for (;;) {
    const answer = await stream.read(20);
    if (answer.readBigUInt64BE(0) !== replyMagic) throw new Error('the server speaks another protocol');
    const type = answer.readUInt32BE(12);
    const length = answer.readUInt32BE(16);
    if (length > 65_536) throw new Error('an answer of the server is too long');
    const said = length === 0 ? Buffer.alloc(0) : await stream.read(length);
    if (type >= 2 ** 31)
      throw new Error(`the server refuses (${type - 2 ** 31}): ${said.toString('utf8').slice(0, 200)}`);
    if (type === reply.ack) return replies;
    replies.push({ type, data: Buffer.from(said) });
  }
}

function secured(socket: Socket, { ca, cert, key }: TlsFiles, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, ca, cert, key, host, ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }) });
    tls.once('secureConnect', () => resolve(tls));
    tls.once('error', reject);
  });
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const counted = (bytes: Buffer) => Buffer.concat([u32(bytes.length), bytes]);
