// Reads scoria.yaml: the back ends of a worker. It reports every problem, each with its line.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { PoolSettings } from '../../workers/configured.ts';

/** An option as written: the value itself, or the name of the variable that holds it. */
export interface WrittenOption {
  readonly value: string | null;
  readonly variable: string | null;
  /** 0: it does not come from a file. */
  readonly line: number;
}

/** A back end as written, before its driver's options are known. */
export interface BackendEntry extends PoolSettings {
  readonly name: string;
  readonly driver: string;
  readonly zone: string | null;
  readonly cluster: string | null;
  readonly options: Readonly<Record<string, WrittenOption>>;
  /** The names of the pools; null: the driver's own. */
  readonly poolNames: readonly string[] | null;
  readonly pools: Readonly<Record<string, PoolSettings>>;
  readonly qos: Readonly<Record<string, string>>;
  readonly line: number;
}

export interface Problem {
  readonly line: number;
  readonly says: string;
}

/** A file that cannot be used, with every problem in the order of the lines. */
export class BackendsFileError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line);
    super(sorted.map(({ line, says }) => `line ${line}: ${says}`).join('\n'));
    this.problems = sorted;
  }
}

type Fields = ReadonlyMap<string, Node | null>;

/** The back ends of the file, in order. Throws only BackendsFileError. */
export function readBackendsFile(text: string): BackendEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, schema: 'core' });
  const problems: Problem[] = document.errors.map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    says: message.split('\n')[0]?.replace(/ at line .*/, '') ?? '',
  }));
  if (problems.length > 0) throw new BackendsFileError(problems);
  const reader = new Reader(lines, problems);
  const top = reader.map(document.contents, 'the file', ['backends']);
  const list = reader.list(top.get('backends') ?? null, 'backends');
  if (list.length === 0) reader.refuse(document.contents, 'there are no back ends: write a list under "backends"');
  const entries = list.map((node) => reader.entry(node));
  const seen = new Map<string, number>();
  for (const { name, line } of entries) {
    const before = seen.get(name);
    if (before !== undefined) problems.push({ line, says: `the back end ${name} stands on line ${before} already` });
    seen.set(name, line);
  }
  if (problems.length > 0) throw new BackendsFileError(problems);
  return entries;
}

const poolKeys = ['max_over_subscription_ratio', 'reserved_percentage', 'capabilities'] as const;
const entryKeys = ['name', 'driver', 'zone', 'cluster', 'pools', 'qos', 'options', ...poolKeys] as const;
/** QoS specs, as in Cinder, that a driver can limit; bursts and limits per GiB have suffixes. */
const qosKey =
  /^(size_iops_sec|(total|read|write)_(iops|bytes)_sec(_max(_length)?|_per_gb(_min|_max)?)?|(total|read|write)_(iops|bytes)_max)$/;

class Reader {
  readonly #lines: LineCounter;
  readonly #problems: Problem[];

  constructor(lines: LineCounter, problems: Problem[]) {
    this.#lines = lines;
    this.#problems = problems;
  }

  refuse(node: unknown, says: string): void {
    this.#problems.push({ line: this.#lineOf(node), says });
  }

  entry(node: Node | null): BackendEntry {
    const fields = this.map(node, 'a back end', entryKeys);
    const { names, pools } = this.#pools(fields.get('pools') ?? null);
    return {
      name: this.#word(fields, 'name', node, /^[\w-]{1,60}$/, 'letters, digits, "_" and "-", 60 at most') ?? '',
      driver: this.#word(fields, 'driver', node, /^.+$/, 'the name of a driver') ?? '',
      zone: this.#word(fields, 'zone', null, /^[^\s:]{1,255}$/, 'a name without spaces and ":"'),
      cluster: this.#word(fields, 'cluster', null, /^[\w.-]{1,100}$/, 'letters, digits, "_", "." and "-"'),
      options: this.#options(fields.get('options') ?? null),
      poolNames: names,
      pools,
      qos: this.#qos(fields.get('qos') ?? null),
      line: this.#lineOf(node),
      ...this.#pool(fields),
    };
  }

  /** The fields of a map; unknown ones are refused. */
  map(node: unknown, what: string, known: readonly string[] | null): Fields {
    const fields = new Map<string, Node | null>();
    if (node === null || (isScalar(node) && node.value === null)) return fields;
    if (!isMap(node)) {
      this.refuse(node, `${what} must be a map of names and values`);
      return fields;
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (known !== null && !known.includes(name)) {
        this.refuse(key, `${what} has no "${name}"; it may have ${known.join(', ')}`);
      } else fields.set(name, value as Node | null);
    }
    return fields;
  }

  list(node: Node | null, what: string): (Node | null)[] {
    if (node === null) return [];
    if (isSeq(node)) return node.items as Node[];
    this.refuse(node, `"${what}" must be a list`);
    return [];
  }

  #pools(node: Node | null): { names: string[] | null; pools: Record<string, PoolSettings> } {
    const names: string[] = [];
    const pools: Record<string, PoolSettings> = {};
    for (const item of this.list(node, 'pools')) {
      const isName = isScalar(item);
      const fields = isName ? new Map([['name', item]]) : this.map(item, 'a pool', ['name', ...poolKeys]);
      const name = this.#word(fields, 'name', item, /^[\w.-]{1,100}$/, 'letters, digits, "_", "." and "-"') ?? '';
      if (names.includes(name)) this.refuse(item, `the pool ${name} is named twice`);
      names.push(name);
      pools[name] = isName ? {} : this.#pool(fields);
    }
    return { names: node === null ? null : names, pools };
  }

  #pool(fields: Fields): PoolSettings {
    const ratio = this.#number(fields, 'max_over_subscription_ratio', 1, 1e6);
    const reserved = this.#number(fields, 'reserved_percentage', 0, 100);
    const capabilities = fields.get('capabilities');
    return {
      ...(ratio === null ? {} : { maxOverSubscriptionRatio: ratio }),
      ...(reserved === null ? {} : { reservedPercentage: reserved }),
      ...(capabilities ? { capabilities: this.#capabilities(capabilities) } : {}),
    };
  }

  #capabilities(node: Node): Record<string, string | number | boolean> {
    const found: Record<string, string | number | boolean> = {};
    for (const [name, value] of this.map(node, '"capabilities"', null)) {
      const plain: unknown = isScalar(value) ? value.value : null;
      if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean') found[name] = plain;
      else this.refuse(value ?? node, `the capability ${name} must be a text, a number, true or false`);
    }
    return found;
  }

  #qos(node: Node | null): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, value] of this.map(node, '"qos"', null)) {
      const amount = isScalar(value) ? Number(value.value) : Number.NaN;
      if (!qosKey.test(name))
        this.refuse(value ?? node, `"qos" has no ${name}: write total_iops_sec, read_bytes_sec …`);
      else if (!Number.isSafeInteger(amount) || amount < 1) {
        this.refuse(value ?? node, `the limit ${name} must be a whole number above 0`);
      } else found[name] = String(amount);
    }
    return found;
  }

  #options(node: Node | null): Record<string, WrittenOption> {
    const found: Record<string, WrittenOption> = {};
    for (const [name, value] of this.map(node, '"options"', null)) {
      found[name] = this.#option(name, value, value ?? node);
    }
    return found;
  }

  #option(name: string, value: Node | null, at: unknown): WrittenOption {
    const line = this.#lineOf(at);
    if (isMap(value)) {
      const variable = this.map(value, `the option ${name}`, ['env']).get('env') ?? null;
      const text = isScalar(variable) ? String(variable.value) : '';
      if (!/^[A-Za-z_]\w*$/.test(text)) this.refuse(value, `the option ${name} must name a variable: { env: NAME }`);
      return { value: null, variable: text, line };
    }
    const parts = isSeq(value) ? value.items : [value];
    if (parts.every((part) => isScalar(part) && part.value !== null)) {
      const texts = parts.map((part) => String(isScalar(part) ? part.value : ''));
      return { value: texts.join(','), variable: null, line };
    }
    this.refuse(at, `the option ${name} must be a value, a list of values, or { env: NAME }`);
    return { value: '', variable: null, line };
  }

  #word(fields: Fields, name: string, needed: unknown, rule: RegExp, must: string): string | null {
    const node = fields.get(name) ?? null;
    if (node === null) {
      if (needed !== null) this.refuse(needed, `"${name}" is missing`);
      return null;
    }
    const text = isScalar(node) ? String(node.value) : '';
    if (rule.test(text)) return text;
    this.refuse(node, `"${name}" must be ${must}`);
    return null;
  }

  #number(fields: Fields, name: string, least: number, most: number): number | null {
    const node = fields.get(name) ?? null;
    if (node === null) return null;
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    this.refuse(node, `"${name}" must be a number from ${least} to ${most}`);
    return null;
  }

  #lineOf(node: unknown): number {
    const range = typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range : null;
    return range ? this.#lines.linePos(range[0]).line : 1;
  }
}
