// Moving a volume between two back ends of one worker: copies it, switches to the new one, then frees the old one.
import { timestamp } from '../../infra/clock/port.ts';
import { copyData } from '../data/copy.ts';
import type { Backend, DriverCall } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import { isLeft } from '../store/await-server.ts';
import { type AttachmentJson, argumentsAs, attachments, type TypeJson, type VolumeJson, volume } from './fragments.ts';
import { openDataOf, toVolume } from './subjects.ts';
import { type Context, done, type Given, type Operation, type Result } from './work.ts';

/** What the scheduler and the hand-over stored: the destination, and the previous place. */
const places = argumentsAs((given) => ({
  destination: String(given.destination),
  sourceHost: String(given.source_host),
  sourceLocation: typeof given.source_location === 'string' ? given.source_location : null,
  sourceName: typeof given.source_name === 'string' ? given.source_name : null,
  isFailed: given.is_failed === true,
}));

export const moveNeeds = { volume: volume(), attachments, places };

/**
 * The scheduler chooses `stay` (the pool satisfies the new type: only its limits may differ), `copy` or, when a
 * server uses the volume, `swap` (both run on the new back end). `free` follows on the old one, after the volume was
 * handed over, and `completion` waits while the server goes over.
 */
export const moveSteps = ['stay', 'copy', 'swap', 'completion', 'free'] as const;
export const moveUses = ['backend.create', 'backend.remove', 'backend.openData', 'backend.qos', 'peer'] as const;

type Places = Given<typeof moveNeeds>['places'];
type MoveContext = Context<(typeof moveUses)[number]>;
type Moving = Given<typeof moveNeeds> & {
  /** What a retype changes; null for a migration. */
  readonly newType: TypeJson | null;
};

export async function moveVolume(
  { volume, newType, attachments, places }: Moving,
  operation: Operation,
  context: MoveContext,
): Promise<Result> {
  const { backend, call } = context;
  // What a retype creates already has the new type.
  const changed =
    newType === null ? volume : { ...volume, extra_specs: newType.extra_specs, qos_specs: newType.qos_specs };
  const { step } = operation;
  if (step === 'free') await backend.remove(oldVolume(places, volume), call);
  if (step === 'free') return done(volume.location);
  if (operation.kind === 'volume.retype' && newType === null) {
    throw new DriverError('gone', 'The new type does not exist any more.');
  }
  if (step === 'completion') return awaitServer(operation, attachments, context);
  if (step === 'swap') return swap(operation, attachments, places, changed, context);
  if (step === 'copy') return copy(volume, places, changed, context);
  if (newType !== null) await backend.qos?.(toVolume(changed), call);
  return done(volume.location);
}

/** The volume as its old back end knows it. */
function oldVolume({ sourceHost, sourceLocation, sourceName }: Places, volume: VolumeJson) {
  const name = sourceName === null ? {} : { name_id: sourceName };
  return toVolume({ ...volume, ...name, host: sourceHost, location: sourceLocation });
}

/** The only server that has the volume; none while it is detaching. */
const serverOf = (attachments: readonly AttachmentJson[]) => attachments[0]?.instance ?? '';

const stays = () =>
  new WorkError('The server did not go over to the new place of its volume.', {
    isPassing: false,
    detail: 'serverStays',
  });

/** Waits while the server goes over, also after a restart, until no server works on it any more. */
async function awaitServer(
  { id }: Operation,
  attachments: readonly AttachmentJson[],
  { ports }: MoveContext,
): Promise<Result> {
  if (await isLeft(ports.database, id, timestamp(ports.clock))) throw stays();
  return { outcome: 'waits-for-server', location: null, server: serverOf(attachments) };
}

/** Creates the object that the server will go over to. The operation's id is the id of the other half. */
async function swap(
  { id }: Operation,
  attachments: readonly AttachmentJson[],
  { destination, isFailed }: Places,
  changed: VolumeJson,
  { backend, call }: MoveContext,
): Promise<Result> {
  if (isFailed) throw stays();
  const server = serverOf(attachments);
  if (server === '') throw new DriverError('fatal', 'The server does not have the volume any more.');
  const target = toVolume({ ...changed, name_id: id, host: destination, location: null });
  try {
    const { location } = await backend.create(target, { kind: 'blank' }, call);
    return { outcome: 'waits-for-server', location, server };
  } catch (error) {
    await backend.remove(target, call).catch(() => {});
    throw error;
  }
}

async function copy(
  row: VolumeJson,
  { destination }: Places,
  changed: VolumeJson,
  { backend, ports, call }: MoveContext,
): Promise<Result> {
  const source = ports.peer?.(row.host?.split('#')[0] ?? '');
  if (source?.openData === undefined || backend.openData === undefined) {
    throw new DriverError('not-supported', `No worker reaches both ${row.host} and ${destination}.`);
  }
  const target = toVolume({ ...changed, host: destination, location: null });
  try {
    const made = await backend.create(target, { kind: 'blank' }, call);
    await copyInto(target, made.location, source, toVolume(row), backend, call);
    return { outcome: 'moved', location: made.location };
  } catch (error) {
    // Nothing refers to the copy. If this fails too, the next try starts by taking the copy over.
    await backend.remove(target, call).catch(() => {});
    throw error;
  }
}

type Opens = Pick<Backend, 'openData'>;

async function copyInto(
  target: ReturnType<typeof toVolume>,
  location: string | null,
  source: Opens,
  volume: ReturnType<typeof toVolume>,
  backend: Opens,
  call: DriverCall,
): Promise<void> {
  const from = await openDataOf(source, { kind: 'volume', volume }, 'r', call);
  try {
    const to = await openDataOf(backend, { kind: 'volume', volume: { ...target, location } }, 'rw', call);
    await copyData(from, to, call.signal).finally(() => to.close());
  } finally {
    await from.close();
  }
}
