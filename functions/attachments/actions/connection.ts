// The older calls that connect a host to a volume and disconnect it, without an attachment.
import type { Static } from '@sinclair/typebox';
import { badRequest, Fault, notFound, unavailable } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import type { initializeBody, terminateBody } from '../body.ts';
import { openConnection } from '../connection-info.ts';
import { modeOf } from '../connector.ts';
import { giveUpResult, readOutcome, takeResult } from '../outcome/store.ts';
import { absentVolume } from '../query.ts';
import { isLeftBehind, mayDetach, usedByNova } from '../service.ts';
import { beginParameters, giveUpParameters, silent, waitFor } from '../waiting.ts';
import { beginConnection, type Connection } from './store.ts';

/** Connects a host, and answers how it reaches the volume. Repeats are harmless. */
export async function initializeConnection(call: Call<Static<typeof initializeBody>, 'volume_id'>): Promise<unknown> {
  const volume = call.params.volume_id;
  const { connector } = call.body['os-initialize_connection'];
  const work = { connector, mode: modeOf(connector) };
  const { database } = call.ports;
  const begun = await beginConnection.initialize(database, {
    ...beginParameters(call, 'volume.connect', 'volume.attach.start', work),
    volume_id: volume,
  });
  if (begun === null) throw notFound(absentVolume(volume));
  if (begun.operation_id === null) {
    throw badRequest(`Invalid volume: Unable to connect volume ${volume} while it is ${begun.volume_status}.`);
  }
  const says = 'Unable to fetch connection information from backend.';
  const failed = new Fault(500, says);
  if (!(await waitFor(call, 'volume.connect', begun.operation_id, begun.queue))) {
    await giveUpResult(database, giveUpParameters(call, begun.operation_id));
    throw unavailable(`${says} ${silent}`);
  }
  const taken = await takeResult(database, begun.operation_id);
  if (taken?.operation_status !== 'done' || taken.result === null) throw failed;
  const opened = await openConnection(call, taken.result, begun.operation_id);
  if (opened === null) throw failed;
  return { connection_info: JSON.parse(opened) };
}

const serversOf = ({ servers }: Connection) => JSON.parse(servers) as string[]; // made by novas() in store.ts

/** Disconnects a host (all hosts without a connector); a volume that was reserved for it is free again. */
export async function terminateConnection(call: Call<Static<typeof terminateBody>, 'volume_id'>): Promise<void> {
  const volume = call.params.volume_id;
  const { connector } = call.body['os-terminate_connection'];
  const begin = (leftBehind: string) =>
    beginConnection.terminate(call.ports.database, {
      ...beginParameters(call, 'volume.disconnect', 'volume.detach.start', { connector, unreserves: true }),
      volume_id: volume,
      may_detach: mayDetach(call),
      left_behind: leftBehind,
    });
  let begun = await begin('[]');
  if (begun?.operation_id === null && serversOf(begun).length > 0) {
    if (await isLeftBehind(call, volume, serversOf(begun))) begun = await begin(begun.servers);
  }
  if (begun === null) throw notFound(absentVolume(volume));
  if (begun.operation_id === null) {
    const [server] = serversOf(begun);
    if (server !== undefined) throw usedByNova(server);
    return;
  }
  const isEnded = await waitFor(call, 'volume.disconnect', begun.operation_id, begun.queue);
  const outcome = await readOutcome(call.ports.database, begun.operation_id);
  if (outcome?.operation_status === 'done') return;
  const says = 'Unable to terminate volume connection from backend.';
  throw isEnded ? new Fault(500, says) : unavailable(`${says} ${silent}`);
}
