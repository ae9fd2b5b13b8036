// Whatever the QoS specs say, the daemon takes the limits or is not asked to: one volume's specs never keep the back
// end from serving the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connector } from '../../../test/drivers/bench.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { missingTools } from '../../../test/drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../../../test/drivers/qsd-daemon.ts';
import type { Backend, Volume } from '../../driver.ts';
import { qsdDriver } from './index.ts';
import { throttleOf } from './limits.ts';

const skip = await missingTools('qemu-storage-daemon');
const call = { signal: new AbortController().signal };
const anyHost = { attachmentId: null };
const both = { total_iops_sec: '100', read_iops_sec: '50' };
const refused = { failure: 'not-supported', message: /total_iops_sec, or read_iops_sec and write_iops_sec/ };

const volumeWith = (qos: Volume['qos']): Volume => ({
  ...{ id: 'c0f02a16-0000-4000-8000-000000000001', sizeGiB: 1, pool: 'pool', location: null, extraSpecs: {} },
  qos,
});

async function onQsd(work: (backend: Backend) => Promise<void>): Promise<void> {
  const directory = await directoryOfTest();
  const backend = await qsdDriver.open({ directory }, testPorts);
  try {
    await work(backend);
  } finally {
    await backend.close();
    await endDaemon(directory);
  }
}

const how = { mode: 'rw', attachmentId: 'c0f02a16-0000-4000-8000-000000000002' } as const;

test('the daemon takes limits that are huge, tiny, long, or of nothing', skip, async () => {
  await onQsd(async (backend) => {
    const volume = volumeWith({});
    await backend.create(volume, { kind: 'blank' }, call);
    await backend.connect(volume, connector, how, call);
    for (const qos of [
      { total_bytes_sec: '1e300' },
      { read_iops_sec: '0.1', write_iops_sec_per_gb: '0.01' },
      { total_iops_sec: '100', total_iops_sec_max: '1e14', total_iops_sec_max_length: '1e9' },
      { total_bytes_sec: '1', size_iops_sec: '4096' },
      { total_iops_sec: '5', total_bytes_sec: '5', size_iops_sec: '1e12' },
    ]) {
      await backend.qos?.(volumeWith(qos), call);
      await backend.disconnect(volume, null, anyHost, call);
      await backend.connect(volumeWith(qos), connector, how, call);
    }
  });
});

test('a total beside reads or writes is refused in words, before anything has changed', skip, async () => {
  await onQsd(async (backend) => {
    await assert.rejects(backend.create(volumeWith(both), { kind: 'blank' }, call), refused);
    assert.deepEqual((await backend.listOwned(null, call)).items, []);
    const volume = volumeWith({ total_iops_sec: '100' });
    await backend.create(volume, { kind: 'blank' }, call);
    await assert.rejects(backend.connect(volumeWith(both), connector, how, call), refused);
    await backend.connect(volume, connector, how, call);
    await assert.rejects(async () => backend.qos?.(volumeWith(both), call), refused);
    await backend.qos?.(volumeWith({ total_iops_sec: '100', read_bytes_sec: '50' }), call);
  });
});

test('limits that were written down before they were refused keep no volume closed: the total holds', () => {
  const limits = throttleOf({ qos: both, sizeGiB: 1 });
  assert.equal(limits['iops-total'], 100);
  assert.equal(limits['iops-read'], 0);
  assert.equal(Object.keys(limits).length, 19);
});
