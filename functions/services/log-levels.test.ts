import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineLog } from '../../infra/log/lines.ts';
import type { Call } from '../http/operation.ts';
import { getLog, setLog } from './log-levels.ts';

const lines: string[] = [];
const log = lineLog(
  (line) => lines.push(line),
  'info',
  () => 0,
);

interface Which {
  readonly binary?: string;
  readonly server?: string;
  readonly prefix?: string;
}

interface Body extends Which {
  readonly level: string;
}

// The two look at nothing else of a call, and one of them not at the level.
const call = (body: Which & Partial<Body>) => ({ body, ports: { log } }) as unknown as Call<Body>;

const levels = async (body: Which = {}) => (await getLog(call(body))).log_levels.map((one) => one.levels);

test('a level that is set is shown, and decides what is written from then on', async () => {
  assert.deepEqual(await levels(), [{ scoria: 'INFO' }]);
  for (const [level, name, written] of [
    ['debug', 'DEBUG', 2],
    ['WARNING', 'WARNING', 1],
    ['error', 'ERROR', 0],
  ] as const) {
    await setLog(call({ level }));
    assert.deepEqual(await levels({ binary: 'cinder-api' }), [{ scoria: name }]);
    lines.length = 0;
    log.debug('one');
    log.warn('two');
    assert.equal(lines.length, written, level);
  }
});

test('what another service, server or logger writes is not ours to set', async () => {
  await setLog(call({ level: 'INFO' }));
  for (const which of [{ binary: 'cinder-volume' }, { server: 'elsewhere' }, { prefix: 'sqlalchemy' }]) {
    await setLog(call({ level: 'DEBUG', ...which }));
    assert.deepEqual(await levels(), [{ scoria: 'INFO' }]);
    assert.deepEqual(await levels(which), []);
  }
});

test('the server is named as it was shown, or with an asterisk, or not at all', async () => {
  await setLog(call({ level: 'INFO' }));
  for (const server of ['scoria', 'scoria@one', '*', '']) {
    assert.deepEqual(await levels({ server }), [{ scoria: 'INFO' }], server);
  }
});

test('a level or service that there is not is refused', async () => {
  await assert.rejects(setLog(call({ level: 'LOUD' })), /log level is not valid/);
  await assert.rejects(getLog(call({ binary: 'nova-api' })), /Invalid binary name/);
});
