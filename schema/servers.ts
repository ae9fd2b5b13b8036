// What is asked and told that changes no status of ours: a service's questions, and what servers are told.
import { machine } from './machine.ts';

/** A host that cannot be told within that time has long given up waiting. */
const within = 600;

/** A server is Nova's: it is told what has become of a volume that it has. */
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

/** A volume service; `replication_status` says how far a failover is. */
export const serviceMachine = machine({
  resource: 'service',
  table: 'services',
  states: {},
  resettable: [],
  obstacles: {},
  moves: {
    // A request waits for it, for as long as its settings say.
    list_manageable: { from: 'any', ok: 'previous', work: 'service.list_manageable', step: 'list' },
    // It has to find every volume again.
    failover: { from: 'any', ok: 'previous', within: 3600, work: 'service.failover', step: 'failover' },
  },
});
