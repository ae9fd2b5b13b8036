// The one suite that every driver runs. It checks the guarantees of workers/driver.ts with real bytes, through what
// connect() returned.

import { after, before, describe, test } from 'node:test';
import { Bench } from './bench.ts';
import { bytesTests } from './bytes.ts';
import { coreTests } from './core.ts';
import { cutOffTests } from './cut-off.ts';
import { dataTests } from './data.ts';
import { deadlineTests } from './deadline.ts';
import { encryptedTests } from './encrypted.ts';
import { inventoryTests } from './inventory.ts';
import { manageTests } from './manage.ts';
import { replicationTests } from './replication.ts';
import { sourceTests } from './sources.ts';
import type { Subject } from './subject.ts';
import { togetherTests } from './together.ts';
import { assertContractError } from './watch.ts';

export type { Subject } from './subject.ts';

export interface ConformanceOptions {
  /**
   * Why the suite cannot run here (no such back end on this machine). It is then reported as skipped, never as
   * passed.
   */
  readonly skip?: string;
}

/**
 * Registers the tests that hold a driver against the contract; an optional method that is absent is a skip with its
 * reason.
 */
export function driverConformance(
  name: string,
  makeSubject: () => Promise<Subject>,
  options: ConformanceOptions = {},
): void {
  if (options.skip !== undefined) {
    // A test and not a suite: node:test counts skipped tests only.
    test(`${name} keeps the driver contract`, { skip: options.skip });
    return;
  }
  describe(`${name} keeps the driver contract`, () => {
    let bench: Bench | null = null;
    let subject: Subject | null = null;
    const get = () => {
      if (bench === null) throw new Error('The back end is not open.');
      return bench;
    };
    before(async () => {
      subject = await makeSubject();
      bench = new Bench(subject, await subject.open());
    });
    after(async () => {
      await subject?.close();
    });
    coreTests(get);
    dataTests(get);
    bytesTests(get);
    encryptedTests(get);
    inventoryTests(get);
    manageTests(get);
    replicationTests(get);
    sourceTests(get);
    togetherTests(get);
    deadlineTests(get);
    cutOffTests(get);
    test('every error until here was a DriverError that tells what happened and no secret', () => {
      for (const error of get().errors) assertContractError(error, get().subject.secrets);
    });
  });
}
