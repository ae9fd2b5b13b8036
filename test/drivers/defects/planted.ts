// The suite on a copy of the driver in memory with one defect: node planted.ts NUMBER. Run by defects.test.ts.
import { MemoryStore, memoryBackend, memoryDriver } from '../../../workers/drivers/memory/index.ts';
import { driverConformance } from '../conformance.ts';
import { defects, secret } from './list.ts';

const defect = defects[Number(process.argv[2])];

driverConformance('planted', async () => {
  const store = new MemoryStore();
  const memory = new Map<string, unknown>();
  const open = async () => {
    const good = memoryBackend({ pools: [{ name: 'pool', totalGiB: 1000 }], store, pageSize: 2 });
    return { ...good, ...defect?.plant(good, store, memory) };
  };
  const idOf = ({ data }: { data: Readonly<Record<string, unknown>> }) => String(data.volume_id);
  return {
    driver: memoryDriver,
    pool: 'pool',
    secrets: [secret],
    open,
    reopen: open,
    write: async (connection, offset, bytes) => store.write(idOf(connection), offset, bytes),
    read: async (connection, offset, length) => store.read(idOf(connection), offset, length),
    close: async () => {},
  };
});
