// Work that changes no status of ours: questions to a service, and notices to servers.
import { machine } from './machine.ts';

/** A host that cannot be told within this time has long stopped waiting. */
const within = 600;

/** A server belongs to Nova: it is told what happened to a volume that it uses. */
export const serverMachine = machine({
  resource: 'server',
  table: '',
  states: {},
  resettable: [],
  obstacles: {},
  moves: {
    volume_extended: { from: 'any', ok: 'previous', within, work: 'server.volume_extended', step: 'tell' },
    volume_reimaged: { from: 'any', ok: 'previous', within, work: 'server.volume_reimaged', step: 'tell' },
    swap_volume: { from: 'any', ok: 'previous', within, work: 'server.swap_volume', step: 'tell' },
  },
});

/** A volume service; `replication_status` shows the progress of a failover. */
export const serviceMachine = machine({
  resource: 'service',
  table: 'services',
  states: {},
  resettable: [],
  obstacles: {},
  moves: {
    // A request waits for it, as long as its settings say.
    list_manageable: { from: 'any', ok: 'previous', work: 'service.list_manageable', step: 'list' },
    // It must ask where each volume is.
    failover: { from: 'any', ok: 'previous', within: 3600, work: 'service.failover', step: 'failover' },
  },
});
