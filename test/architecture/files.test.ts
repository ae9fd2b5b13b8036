// How the tree is built: what may stand in a file, how long it is and what it is called. See docs/design.md, section 2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { automationResources } from '../../functions/automation/resources.ts';
import { storageResources } from '../../functions/every-service.ts';
import { identityResources } from '../../functions/identity/resources.ts';
import { folders, readSources } from '../harness/sources.ts';
import { none } from './none.ts';

const sources = readSources();
const shipped = sources.filter((one) => !one.isTest);

/** Where the outside world is let in. */
const mayReachOut = /^(infra|bin|test)\/|\/main\.\w+\.ts$/;
const outside: Readonly<Record<string, RegExp>> = {
  'the time': /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bset(Timeout|Interval)\(/,
  'a timeout': /\bAbortSignal\.timeout\(/,
  'what threads of the platform compute': /\bcrypto\.subtle\b|\bsubtle\.digest\(/,
  randomness: /\bMath\.random\(|\brandomUUID\(|\bgetRandomValues\(|\brandomBytes\(/,
  'the environment': /\bprocess\.env\b/,
  'the network': /(?<![.\w])fetch\(/,
};

/** Drivers of real storage wait for real programs, in real time; a simulation has the one in memory. */
const ofRealStorage = /^workers\/drivers\/(?!memory\/)/;

for (const [what, pattern] of Object.entries(outside)) {
  test(`${what} comes through a port`, () => {
    none(
      shipped
        .filter((source) => !mayReachOut.test(source.path) && pattern.test(source.code))
        .filter(({ path }) => what !== 'a timeout' || !ofRealStorage.test(path))
        .map((source) => source.path),
      'take it from a port of infra/ (clock, ids, digests, settings), handed in by the composition root',
    );
  });
}

test('SQL stands in stores', () => {
  // The kernel makes pages for all stores, and identity its lists; workers keep theirs under store/.
  // The first users are written in one place and by nothing else.
  const home =
    /^(infra|bin)\/|^schema\/statement|\/store\.ts$|\/store\/|^functions\/(http\/pagination|identity\/(listing|bootstrap))\.ts$/;
  none(
    shipped
      .filter((one) => !home.test(one.path) && /(?<![.\w])(sql|statement)\(/.test(one.code))
      .map((one) => one.path),
    "move it to the folder's store.ts",
  );
});

/** Tables of data, which are read by their rows. */
const tablesOfData: readonly string[] = ['schema/volume-moves.ts', 'test/rbac/golden.ts', 'test/budget/work.test.ts'];

test('what is bounded in memory forgets by infra/recent: the oldest of a Map one by one costs a step over every hole', () => {
  none(
    shipped.filter((one) => /\.(keys|values|entries)\(\)\.next\(\)/.test(one.code)).map((one) => one.path),
    'use infra/recent/port.ts',
  );
});

test('a file has 350 lines at most', () => {
  none(
    sources
      .filter((one) => one.lines > 350 && !tablesOfData.includes(one.path))
      .map((one) => `${one.path}: ${one.lines}`),
    'split these by what they are about; a table of rows goes into `tablesOfData` in this file',
  );
});

test('a composition root has 40 lines at most', () => {
  none(
    shipped
      .filter((one) => /\/main\.\w+\.ts$/.test(one.path) && one.lines > 40)
      .map((one) => `${one.path}: ${one.lines}`),
    'a root only chooses adapters: move the rest to what it calls',
  );
});

test('names are kebab-case, and no folder is for everything', () => {
  const name = /^_?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
  const all = [...folders(), ...sources.map((one) => one.path)];
  none(
    all.filter((path) => !path.split('/').every((part) => name.test(part))),
    'write-names-so.ts',
  );
  none(
    folders().filter((path) => /(^|\/)(utils?|common|helpers?|lib|misc|shared)(\/|$)/.test(path)),
    'name the folder by what is in it',
  );
});

const indexed = (parent: string, except: readonly string[]) =>
  sources
    .flatMap(({ path }) => new RegExp(`^${parent}/([\\w-]+)/index\\.ts$`).exec(path)?.[1] ?? [])
    .filter((folder) => !except.includes(folder))
    .sort();

test('the list of resources holds exactly the folders that are resources', () => {
  const ofBlockStorage = storageResources.filter((one) => !automationResources.includes(one));
  assert.deepEqual(
    ofBlockStorage.map((one) => one.name).sort(),
    indexed('functions', ['identity']),
    'the list is functions/resources.ts',
  );
  assert.deepEqual(
    automationResources.map((one) => one.name).sort(),
    indexed('functions/automation', []),
    'the list is functions/automation/resources.ts',
  );
  assert.deepEqual(
    identityResources.map((one) => one.name).sort(),
    indexed('functions/identity', []),
    'the list is functions/identity/resources.ts',
  );
});

test('every rule that an operation names is one that its resource declares', () => {
  for (const { name, operations, rules: declared } of storageResources) {
    for (const operation of operations) {
      for (const rule of operation.policy)
        assert.ok(rule in declared, `${operation.name} names ${rule}: declare it in functions/${name}/policy.ts`);
    }
  }
});

test('behaviour that depends on a microversion has a name: at(call, …), of functions/http/microversions.ts', () => {
  none(
    shipped
      .filter(
        ({ path }) =>
          path.startsWith('functions/') && !path.startsWith('functions/http/') && path !== 'functions/openapi/index.ts',
      )
      .filter(({ text }) => /\bminor\s*(<|>|===|!==)/.test(text))
      .map(({ path }) => path),
    "give the behaviour a name in functions/http/microversions.ts and ask at(call, 'the-name')",
  );
});

test('a suppression says why', () => {
  none(
    sources.flatMap((source) =>
      source.text
        .split('\n')
        .filter((line) => /(biome-ignore\s+\S+:?\s*$)|@ts-(ignore|nocheck)|@ts-expect-error\s*$/.test(line.trim()))
        .filter((line) => !line.includes('/@ts-'))
        .map((line) => `${source.path}: ${line.trim()}`),
    ),
    'write the reason after it',
  );
});
