// How the tree is built: who may import whom, and what may stand where. See docs/design.md, section 2.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { storageResources } from '../functions/every-service.ts';
import { identityResources } from '../functions/identity/resources.ts';
import { folders, type Import, readSources, root, type Source } from './harness/sources.ts';

const sources = readSources();
const shipped = sources.filter((one) => !one.isTest);

/** Fails with every offence, each in one line. */
function none(offences: readonly string[]): void {
  assert.deepEqual(offences, []);
}

const isPort = (target: string) => /^infra\/[\w-]+\/port\.ts$/.test(target);
const inFolder = (folder: string) => (target: string) => target.startsWith(`${folder}/`);
const isSchema = inFolder('schema');
const isKernel = inFolder('functions/http');
const isContract = (target: string) => target === 'workers/driver.ts' || target.startsWith('workers/driver-kit/');
const isStore = (target: string) => /^functions\/.+\/store\.ts$/.test(target);
/** What a resource hands to others beside its SQL. */
const handedOut = new Set([
  'functions/key-manager/keys.ts',
  'functions/manageable/reference.ts',
  'functions/quota-sets/quotas.ts',
  'functions/services/backend.ts',
  'functions/volume-images/image.ts',
  'functions/volume-metadata/metadata-body.ts',
  'functions/work/begin.ts',
]);
/** The kernel knows no resource: of the schema only what holds for every row. */
const holdsForEveryRow = new Set(['schema/sizes.ts', 'schema/every-project.ts', 'schema/statement.ts']);

interface Rule {
  readonly name: string;
  /** Which files it is for: the first rule that fits a file is its rule. */
  readonly of: RegExp;
  /** What of ours they may import. `own` is the file's folder. */
  readonly allows: (target: string, own: string) => boolean;
  readonly packages?: false;
  readonly node?: false;
}

const rules: readonly Rule[] = [
  { name: 'schema imports nothing', of: /^schema\//, allows: isSchema, packages: false, node: false },
  {
    name: 'a composition root names everything but bin',
    of: /^(functions|workers)\/main\.\w+\.ts$/,
    allows: (target) => !target.startsWith('bin/'),
  },
  {
    name: 'the kernel imports ports and itself, and of the schema nothing that is of one resource',
    of: /^functions\/http\//,
    allows: (target) => holdsForEveryRow.has(target) || isPort(target) || isKernel(target),
    node: false,
  },
  {
    name: 'identity imports schema, ports, the kernel and itself',
    of: /^functions\/identity\//,
    allows: (target) =>
      isSchema(target) || isPort(target) || isKernel(target) || target.startsWith('functions/identity/'),
    node: false,
  },
  {
    name: 'a resource imports schema, ports, the kernel, itself, and of others their stores and what they hand out',
    of: /^functions\/[\w-]+\//,
    allows: (target, own) =>
      isSchema(target) ||
      isPort(target) ||
      isKernel(target) ||
      target.startsWith(`${own}/`) ||
      isStore(target) ||
      handedOut.has(target),
    node: false,
  },
  {
    name: 'the app imports functions only',
    of: /^functions\/[\w-]+\.ts$/,
    allows: inFolder('functions'),
    node: false,
  },
  {
    name: 'a driver imports the driver contract, the kit and itself',
    of: /^workers\/drivers\/[\w-]+\//,
    allows: (target, own) => isContract(target) || target.startsWith(`${own}/`),
  },
  {
    name: 'the kit of drivers imports the driver contract and itself',
    of: /^workers\/driver-kit\//,
    allows: isContract,
    node: false,
  },
  {
    name: 'the list of drivers names them',
    of: /^workers\/drivers\/list\.ts$/,
    allows: (target) => isContract(target) || target.startsWith('workers/drivers/'),
  },
  {
    name: 'workers import schema, ports and workers, and no driver',
    of: /^workers\//,
    allows: (target) =>
      isSchema(target) || isPort(target) || (target.startsWith('workers/') && !target.startsWith('workers/drivers/')),
  },
  {
    name: 'what is deployed of an outside thing imports its own folder and what is deployed of others',
    of: /^infra\/[\w-]+\/stack\.ts$/,
    allows: (target, own) => target.startsWith(`${own}/`) || target.endsWith('/stack.ts'),
    packages: false,
    node: false,
  },
  {
    name: 'settings import what they are settings of',
    of: /^infra\/settings\//,
    allows: (target) => target.startsWith('infra/') || target === 'functions/http/limits.ts',
  },
  {
    name: 'an adapter imports its own folder, other ports and the composer of statements',
    of: /^infra\/[\w-]+\//,
    allows: (target, own) => target.startsWith(`${own}/`) || isPort(target) || target === 'schema/statement.ts',
  },
  { name: 'bin stands on top', of: /^bin\//, allows: (target) => !target.startsWith('test/') },
];

/** The folder that a file belongs to as a whole: a resource, a driver, an adapter. */
function ownFolder(path: string): string {
  const parts = path.split('/');
  return parts.slice(0, path.startsWith('workers/drivers/') ? 3 : 2).join('/');
}

function offends(rule: Rule, source: Source, one: Import): boolean {
  if (one.kind === 'package') return rule.packages === false;
  if (one.kind === 'node') return rule.node === false;
  return !rule.allows(one.target, ownFolder(source.path));
}

for (const rule of rules) {
  test(rule.name, () => {
    const mine = shipped.filter((source) => rules.find(({ of }) => of.test(source.path)) === rule);
    assert.ok(mine.length > 0, 'the rule fits no file');
    none(
      mine.flatMap((source) =>
        source.imports.filter((one) => offends(rule, source, one)).map((one) => `${source.path} imports ${one.target}`),
      ),
    );
  });
}

test('every source file has a rule', () => {
  none(shipped.filter((source) => !rules.some(({ of }) => of.test(source.path))).map((source) => source.path));
});

test('nothing imports bin but tests, and only tests import tests', () => {
  none(
    sources.flatMap((source) =>
      source.imports
        .filter((one) => one.target.startsWith('bin/') && !source.path.startsWith('bin/') && !source.isTest)
        .map((one) => `${source.path} imports ${one.target}`),
    ),
  );
  none(
    shipped.flatMap((source) =>
      source.imports
        .filter((one) => one.target.startsWith('test/') || /\.(test|contract)\.ts$/.test(one.target))
        .map((one) => `${source.path} imports ${one.target}`),
    ),
  );
});

test('what resources hand out is there, and others want it', () => {
  const wanted = new Set(
    shipped.flatMap(({ path, imports }) =>
      imports.filter((one) => ownFolder(one.target) !== ownFolder(path)).map((one) => one.target),
    ),
  );
  none([...handedOut].filter((path) => !wanted.has(path)));
});

test('what is imported is there', () => {
  none(
    sources.flatMap((source) =>
      source.imports
        .filter((one) => one.kind === 'ours' && !existsSync(join(root, one.target)))
        .map((one) => `${source.path} imports ${one.target}`),
    ),
  );
});

test('no file imports itself by a way round', () => {
  const next = new Map(
    sources.map((source) => [
      source.path,
      source.imports.filter((one) => one.kind === 'ours' && !one.isType).map((one) => one.target),
    ]),
  );
  const cycles: string[] = [];
  const finished = new Set<string>();
  const walk = (path: string, way: readonly string[]) => {
    const at = way.indexOf(path);
    if (at !== -1) cycles.push([...way.slice(at), path].join(' -> '));
    if (at !== -1 || finished.has(path)) return;
    for (const one of next.get(path) ?? []) walk(one, [...way, path]);
    finished.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  none(cycles);
});

test('an imported package is one that package.json names, and what runs needs none of the tests', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const runs = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  const all = new Set([...runs, ...Object.keys(manifest.devDependencies)]);
  none(
    sources.flatMap((source) => {
      // What makes the packages is in none of them.
      const known = source.isTest || ['bin/package.mjs', 'bin/edge.mjs'].includes(source.path) ? all : runs;
      return source.imports
        .filter((one) => one.kind === 'package' && !known.has(one.target))
        .map((one) => `${source.path} imports ${one.target}`);
    }),
  );
});

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
  );
});

/** Tables of data, which are read by their rows. */
const tablesOfData: readonly string[] = [];

test('what is bounded in memory forgets by infra/recent: the oldest of a Map one by one costs a step over every hole', () => {
  none(shipped.filter((one) => /\.(keys|values|entries)\(\)\.next\(\)/.test(one.code)).map((one) => one.path));
});

test('a file has 400 lines at most', () => {
  none(
    sources
      .filter((one) => one.lines > 400 && !tablesOfData.includes(one.path))
      .map((one) => `${one.path}: ${one.lines}`),
  );
});

test('a composition root has 40 lines at most', () => {
  none(
    shipped
      .filter((one) => /\/main\.\w+\.ts$/.test(one.path) && one.lines > 40)
      .map((one) => `${one.path}: ${one.lines}`),
  );
});

test('names are kebab-case, and no folder is for everything', () => {
  const name = /^_?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
  const all = [...folders(), ...sources.map((one) => one.path)];
  none(all.filter((path) => !path.split('/').every((part) => name.test(part))));
  none(folders().filter((path) => /(^|\/)(utils?|common|helpers?|lib|misc|shared)(\/|$)/.test(path)));
});

const indexed = (parent: string, except: readonly string[]) =>
  sources
    .flatMap(({ path }) => new RegExp(`^${parent}/([\\w-]+)/index\\.ts$`).exec(path)?.[1] ?? [])
    .filter((folder) => !except.includes(folder))
    .sort();

test('the list of resources holds exactly the folders that are resources', () => {
  assert.deepEqual(storageResources.map((one) => one.name).sort(), indexed('functions', ['identity']));
  assert.deepEqual(identityResources.map((one) => one.name).sort(), indexed('functions/identity', []));
});

test('every rule that an operation names is one that its resource declares', () => {
  for (const { name, operations, rules: declared } of storageResources) {
    for (const operation of operations) {
      for (const rule of operation.policy) assert.ok(rule in declared, `${name}: ${operation.name} names ${rule}`);
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
  );
});
