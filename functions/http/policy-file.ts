// Reads a policy file: the subset of YAML that policy.yaml is written in, one rule per line. Anything else is refused
// with its line number, because a rule that is misread opens what should be closed.
import type { Written } from './policy-parse.ts';

export interface Entry {
  readonly name: string;
  readonly written: Written;
  /** The line of its name, from 1. */
  readonly line: number;
}

/** What is wrong with a policy, and where. */
export interface Problem {
  /** Null: it has no line in the file. */
  readonly line: number | null;
  readonly rule: string | null;
  readonly says: string;
}

/** A policy that cannot be used, with every problem that was found. */
export class PolicyError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(inWords).join('\n'));
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

export function inWords({ line, rule, says }: Problem): string {
  return [line === null ? '' : `line ${line}: `, rule === null ? '' : `rule "${rule}": `, says].join('');
}

class Refused extends Error {}

/** Limits. Cinder's own file, with every rule in it, has about 170 rules and 60 KB. */
const longest = 1_000_000;
const mostRules = 5000;

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** The rules of a policy file in their order. Throws PolicyError and nothing else. */
export function readPolicyFile(text: string): Entry[] {
  const problems: Problem[] = [];
  const refuse = (line: number | null, rule: string | null, says: string) => problems.push({ line, rule, says });
  if (text.length > longest) throw new PolicyError([{ line: null, rule: null, says: `longer than ${longest} bytes` }]);
  const lines = linesOf(text);
  const entries: Entry[] = [];
  const seen = new Map<string, number>();
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    let end = at + 1;
    while (end < lines.length && belongs(lines[end])) end += 1;
    const block = lines.slice(at + 1, end);
    at = end;
    try {
      if ((begins(lines, line) && block.length === 0) || isEmptyMap(lines, line)) continue;
      if (line.indent === 0 && /^---(\s|$)/.test(line.text)) {
        throw new Refused('a second document begins here, and there is one: take the line out, or what is not meant');
      }
      const { name, rest } = keyOf(line);
      const before = seen.get(name);
      if (before !== undefined) refuse(line.number, name, `stands on line ${before} already`);
      seen.set(name, line.number);
      try {
        entries.push({ name, written: writtenOf(rest, block), line: line.number });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refuse(line.number, name, error.message);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse(line.number, null, error.message);
    }
  }
  if (entries.length > mostRules) refuse(null, null, `more than ${mostRules} rules`);
  if (problems.length > 0) throw new PolicyError(problems);
  return entries;
}

function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => {
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      return { number: index + 1, indent, text: line.slice(indent).trimEnd() };
    })
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

/** A line that continues the rule before it: indented, or an item of its list. */
const belongs = (line: Line | undefined) => line !== undefined && (line.indent > 0 || /^-( |$)/.test(line.text));

/** The marker that begins a document; allowed only as the first line. */
const begins = (lines: readonly Line[], line: Line | undefined) =>
  line !== undefined && line === lines[0] && line.indent === 0 && /^---(\s+#.*)?$/.test(line.text);

/** How a document without rules looks. */
const isEmptyMap = (lines: readonly Line[], line: Line) =>
  line.indent === 0 && /^\{\s*\}(\s+#.*)?$/.test(line.text) && lines.length === (begins(lines, lines[0]) ? 2 : 1);

function keyOf(line: Line): { name: string; rest: string } {
  if (line.indent > 0 || line.text.startsWith('- ')) throw new Refused('it stands under no rule');
  if (/^[{[]/.test(line.text)) {
    throw new Refused('JSON is not read: write "name": "check", one a line (oslopolicy-convert-json-to-yaml does)');
  }
  const quoted = /^["']/.test(line.text) ? quotedAt(line.text) : null;
  const plain = quoted === null ? /^([\w.][\w.:-]*?):(?=\s|$)/.exec(line.text) : null;
  const name = quoted?.value ?? plain?.[1];
  const after = quoted === null ? line.text.slice(plain?.[0].length ?? 0) : quoted.rest.replace(/^\s*:/, ':');
  if (name === undefined || (quoted !== null && !/^:(\s|$)/.test(after))) {
    throw new Refused('it is not "name": "check"');
  }
  const rest = (quoted === null ? after : after.slice(1)).trim();
  if (name === '') throw new Refused('its name is empty');
  return { name, rest: rest.startsWith('#') ? '' : rest };
}

function writtenOf(rest: string, block: readonly Line[]): Written {
  if (rest !== '') {
    const more = block[0];
    if (more !== undefined) throw new Refused(`line ${more.number} goes on with it; write the check in one line`);
    return rest.startsWith('[') ? flowList(rest) : scalar(rest);
  }
  if (block.length === 0) throw new Refused('has no check: write "" for everybody, "!" for nobody');
  return blockList(block);
}

/** `- "role:a"`, and lists inside it as `- - "role:a"` or `- ["role:a"]`. */
function blockList(block: readonly Line[]): Written {
  const outer: (string | string[])[] = [];
  const indent = block[0]?.indent ?? 0;
  let inner: { readonly indent: number; readonly list: string[] } | null = null;
  for (const line of block) {
    const item = /^-\s+(\S.*)$/.exec(line.text);
    if (item === null) throw new Refused(`line ${line.number} is no item of a list`);
    const text = item[1] ?? '';
    if (inner !== null && line.indent === inner.indent) {
      inner.list.push(scalar(text));
      continue;
    }
    if (line.indent !== indent) throw new Refused(`line ${line.number} is indented otherwise than its list`);
    inner = null;
    const nested = /^-\s+(\S.*)$/.exec(text);
    if (nested !== null) {
      inner = { indent: line.indent + line.text.length - text.length, list: [scalar(nested[1] ?? '')] };
      outer.push(inner.list);
    } else if (text.startsWith('[')) outer.push(strings(flowList(text)));
    else outer.push(scalar(text));
  }
  return outer;
}

const strings = (list: readonly (string | readonly string[])[]): string[] =>
  list.map((one) => {
    if (typeof one !== 'string') throw new Refused('lists are nested deeper than two');
    return one;
  });

/** `["role:a", ["role:b", "role:c"]]` on one line; its strings are quoted. */
function flowList(text: string): (string | string[])[] {
  const read = items(text.slice(1), 1);
  const rest = read.rest.trim();
  if (rest !== '' && !/^\s+#/.test(read.rest)) throw new Refused(`"${rest}" stands after the list`);
  return read.list;
}

function items(text: string, depth: 1 | 2): { list: (string | string[])[]; rest: string } {
  const list: (string | string[])[] = [];
  let rest = text.trimStart();
  while (!rest.startsWith(']')) {
    if (rest.startsWith('[') && depth === 1) {
      const nested = items(rest.slice(1), 2);
      list.push(strings(nested.list));
      rest = nested.rest.trimStart();
    } else {
      if (!/^["']/.test(rest)) throw new Refused('a list in brackets needs quoted strings and its "]" in one line');
      const quoted = quotedAt(rest);
      list.push(quoted.value);
      rest = quoted.rest.trimStart();
    }
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith(']')) throw new Refused('a list in brackets needs commas and its "]" in one line');
  }
  return { list, rest: rest.slice(1) };
}

function scalar(text: string): string {
  if (/^["']/.test(text)) {
    const { value, rest } = quotedAt(text);
    if (rest.trim() !== '' && !/^\s+#/.test(rest)) throw new Refused(`"${rest.trim()}" stands after the quoted check`);
    return value;
  }
  const plain = text.replace(/(?<!\s)\s+#.*$/, '');
  if (/^(~|null)$/i.test(plain)) throw new Refused('has no check: write "" for everybody, "!" for nobody');
  if (/^[-?:](\s|$)|^[,[\]{}#&*!|>%@`]|:(\s|$)/.test(plain) || plain.includes('\t')) {
    throw new Refused('its check needs quotes');
  }
  return plain;
}

/** The quoted text at the start of a text, and what follows it. */
function quotedAt(text: string): { value: string; rest: string } {
  if (text.startsWith("'")) {
    const found = /^'((?:[^']|'')*)'(?!')/.exec(text);
    if (found === null) throw new Refused('a quote is not closed in its line');
    return { value: (found[1] ?? '').replaceAll("''", "'"), rest: text.slice(found[0].length) };
  }
  const found = /^"((?:[^"\\]|\\.)*)"/.exec(text);
  if (found === null) throw new Refused('a quote is not closed in its line');
  const value = (found[1] ?? '').replace(/\\(.)/g, (_all, sign: string) => {
    if (sign === '"' || sign === '\\' || sign === '/') return sign;
    throw new Refused(`the escape \\${sign} is not read`);
  });
  return { value, rest: text.slice(found[0].length) };
}
