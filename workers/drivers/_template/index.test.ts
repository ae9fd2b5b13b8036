import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { templateDriver } from './index.ts';

// Replace this by a subject for your back end, and `skip` by a look whether the back end is on this machine.
driverConformance('template', () => Promise.reject(new Error('no subject')), {
  skip: 'the template is copied, not run',
});

test('opening without an address says which option is missing', async () => {
  await assert.rejects(templateDriver.open({}, testPorts), /option address is missing/);
});
