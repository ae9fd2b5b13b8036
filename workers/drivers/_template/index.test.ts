import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { FakeArray } from './fake-array.ts';
import { templateDriver } from './index.ts';

const password = 'correct-horse-battery';
const address = 'https://array.example.com';

driverConformance('template', async () => {
  const array = new FakeArray(password);
  const open = () => templateDriver.open({ address, password }, { ...testPorts, http: array.http });
  return {
    driver: templateDriver,
    pool: 'pool',
    secrets: [password],
    open,
    reopen: open,
    // With a real array: a client that is not yours, such as qemu-io or fio, by what connect returned.
    write: async ({ data }, offset, bytes) => array.write(data.target_iqn, offset, bytes),
    read: async ({ data }, offset, length) => array.read(data.target_iqn, offset, length),
    close: async () => {},
  };
});

test('opening without an address says which option is missing', async () => {
  await assert.rejects(templateDriver.open({}, testPorts), /option address is missing/);
});

test('a wrong password is refused when the back end is opened, and told to nobody', async () => {
  const { http } = new FakeArray('another');
  await assert.rejects(templateDriver.open({ address, password }, { ...testPorts, http }), (error: Error) => {
    assert.match(error.message, /refused the password/);
    return !error.message.includes(password);
  });
});
