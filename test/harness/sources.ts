// The project's own source files, and what each imports: for tests of how the tree is built.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** A path from the root, or the name of a package, or `node:fs`. */
  readonly target: string;
  readonly kind: 'ours' | 'package' | 'node';
  /** `import type`: nothing of it is there at run time. */
  readonly isType: boolean;
}

export interface Source {
  /** From the root: `functions/volumes/index.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and quoted strings. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** A test, or what only tests import. */
  readonly isTest: boolean;
}

const top = ['bin', 'schema', 'functions', 'workers', 'infra', 'test'];
const isCode = (name: string) => name.endsWith('.ts') || name.endsWith('.mjs');

/** Suites may have packages of their own: test/edge. */
const isOurs = (path: string) => !path.split(/[\\/]/).includes('node_modules');

/** Every source file of ours. */
export function readSources(): Source[] {
  return top.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => isCode(name) && isOurs(name))
      .map((name) => readSource(join(folder, name))),
  );
}

/** The folders below the root, without those that are not ours. */
export function folders(): string[] {
  return top.flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map((one) => relative(root, join(one.parentPath, one.name)))
      .filter(isOurs),
  ]);
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  return {
    path,
    text,
    code: text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "''"),
    lines: text.trimEnd().split('\n').length,
    imports: importsOf(path, text),
    isTest: path.startsWith('test/') || /\.(test|contract)\.ts$/.test(path),
  };
}

// Between the word and `from` stand names, braces and commas only, so that no other statement is taken for one.
const statement = /(?:^|\n)(?:import|export)\s+(type\s+)?[\w*\s{},$]*?\bfrom\s+'([^']+)'/g;
const bare = /(?:^|\n)import\s+'([^']+)'/g;
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(path: string, text: string): Import[] {
  const found = [
    ...[...text.matchAll(statement)].map(([, isType, name = '']) => ({ name, isType: isType !== undefined })),
    ...[...text.matchAll(bare), ...text.matchAll(dynamic)].map(([, name = '']) => ({ name, isType: false })),
  ];
  return found.map(({ name, isType }) => {
    if (name.startsWith('.')) return { target: join(dirname(path), name), kind: 'ours', isType };
    if (name.startsWith('node:')) return { target: name, kind: 'node', isType };
    const parts = name.split('/');
    return { target: parts.slice(0, name.startsWith('@') ? 2 : 1).join('/'), kind: 'package', isType };
  });
}
