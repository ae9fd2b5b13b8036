// How the tree is built: who may import whom. See docs/design.md, section 2.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Import, readSources, root, type Source } from '../harness/sources.ts';
import { none } from './none.ts';

const sources = readSources();
const shipped = sources.filter((one) => !one.isTest);

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
  'functions/work/busy.ts',
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
      'move what is imported where it may be; what a resource hands to others has a row in `handedOut` of this file',
    );
  });
}

test('every source file has a rule', () => {
  none(
    shipped.filter((source) => !rules.some(({ of }) => of.test(source.path))).map((source) => source.path),
    'move these, or write their rule in `rules` of this file',
  );
});

test('nothing imports bin but tests, and only tests import tests', () => {
  none(
    sources.flatMap((source) =>
      source.imports
        .filter((one) => one.target.startsWith('bin/') && !source.path.startsWith('bin/') && !source.isTest)
        .map((one) => `${source.path} imports ${one.target}`),
    ),
    'what bin has and others need belongs below it',
  );
  none(
    shipped.flatMap((source) =>
      source.imports
        .filter((one) => one.target.startsWith('test/') || /\.(test|contract)\.ts$/.test(one.target))
        .map((one) => `${source.path} imports ${one.target}`),
    ),
    'what is shipped needs no test: move what is imported',
  );
});

test('what resources hand out is there, and others want it', () => {
  const wanted = new Set(
    shipped.flatMap(({ path, imports }) =>
      imports.filter((one) => ownFolder(one.target) !== ownFolder(path)).map((one) => one.target),
    ),
  );
  none(
    [...handedOut].filter((path) => !wanted.has(path)),
    'take these rows out of `handedOut` in this file',
  );
});

test('what is imported is there', () => {
  none(
    sources.flatMap((source) =>
      source.imports
        .filter((one) => one.kind === 'ours' && !existsSync(join(root, one.target)))
        .map((one) => `${source.path} imports ${one.target}`),
    ),
    'there is no such file',
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
  none(cycles, 'take what both need into a file of its own, or import the type only');
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
    'add it to package.json with its exact version; one that runs needs a decision in docs/decisions/',
  );
});
