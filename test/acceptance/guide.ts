// A guide of docs/how-to/, followed: the blocks that it marks with `sh run` are run by bash, one after the other, as
// a reader would paste them. What belongs to the machine (its folders, ports, names) is moved into a temporary folder.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, spawned, temporaryFolder, within } from './service.ts';

export interface Block {
  /** The headings it stands under: `## 2. Database`. */
  readonly heading: string;
  readonly line: number;
  readonly text: string;
}

/** The blocks of a page that are to be run, in their order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: { info: string; line: number; lines: string[] } | null = null;
  for (const [at, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      if (open !== null) open.lines.push(line);
      else if (line.startsWith('#')) heading = line;
    } else if (open === null) open = { info: fence[1] ?? '', line: at + 2, lines: [] };
    else {
      if (open.info === 'sh run') blocks.push({ heading, line: open.line, text: open.lines.join('\n') });
      open = null;
    }
  }
  return blocks;
}

/** What stands in the page, and what stands for it here. Longer words first; a word inside of a word is left alone. */
export type Places = Readonly<Record<string, string>>;

/** Puts the places of this run into a text, once: a second time changes nothing. */
export function placed(text: string, places: Places): string {
  const words = Object.keys(places).sort((a, b) => b.length - a.length);
  if (words.length === 0) return text;
  const any = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.replace(new RegExp(`(?<![\\w.-])(?:${any})(?!\\w)`, 'g'), (word) => places[word] ?? word);
}

export interface Followed {
  /** Stands for the root of the machine. */
  readonly machine: string;
  /** Runs the blocks under the headings that begin so; returns what they said. Fails with the first that does. */
  run(heading: string): Promise<string>;
  /** The headings whose blocks nobody has run. */
  left(): string[];
  /** Any command, in the same shell. */
  shell(text: string): Promise<string>;
}

export interface FollowOptions {
  /** Beside the folders of the machine. */
  readonly places?: Places;
  readonly env?: Readonly<Record<string, string>>;
  readonly milliseconds?: number;
}

/** Folders that a guide names; each stands in the machine's folder. */
const folders = ['/etc', '/opt', '/srv', '/run', '/var/lib', '/var/cache', '/var/backups', '/root'];
/** What packages have made. */
const given = ['/run/haproxy', '/etc/systemd/system', '/etc/haproxy', '/etc/nginx/sites-enabled'];
/** What is done by others here: see guide-tools/. */
const tools = fileURLToPath(new URL('guide-tools/', import.meta.url));

/** Opens a page of docs/ to be followed. Variables, functions and the folder stay from one block to the next. */
export function follow(page: string, { places = {}, env = {}, milliseconds = 300_000 }: FollowOptions = {}): Followed {
  const machine = temporaryFolder();
  chmodSync(machine, 0o755);
  for (const folder of [...folders, ...given]) mkdirSync(join(machine, folder), { recursive: true });
  const all = { ...Object.fromEntries(folders.map((folder) => [folder, join(machine, folder)])), ...places };
  writeFileSync(join(machine, 'places.json'), JSON.stringify(all));
  const blocks = blocksOf(readFileSync(join(root, page), 'utf8'));
  const done = new Set<Block>();
  const kept = join(machine, 'shell');
  writeFileSync(kept, '');
  const environment = {
    ...{ GUIDE_MACHINE: machine, GUIDE_SOURCE: root, GUIDE_NODE: process.execPath, HOME: join(machine, 'root') },
    PATH: `${tools}:${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    PYTHONWARNINGS: 'ignore',
    ...env,
  };
  async function shell(text: string): Promise<string> {
    // What a block leaves behind is there for the next one.
    const script = `. '${kept}'\nset -aeuo pipefail\n${placed(text, all)}\nset +eu; { export -p; declare -f; echo "cd '$PWD'"; } > '${kept}'\n`;
    const ran = await within(
      spawned('/bin/bash', ['-c', script], join(machine, 'root'), environment).ended,
      text,
      milliseconds,
    );
    assert.equal(ran.code, 0, `${page}:\n${text}\n${ran.stdout}\n${ran.stderr}`);
    return ran.stdout;
  }
  return {
    machine,
    shell,
    async run(heading) {
      const wanted = blocks.filter((one) => one.heading.startsWith(heading));
      assert.ok(wanted.length > 0, `${page} has nothing to run under ${heading}`);
      let said = '';
      for (const block of wanted) {
        said += await shell(block.text);
        done.add(block);
      }
      return said;
    },
    left: () => [...new Set(blocks.filter((one) => !done.has(one)).map((one) => one.heading))],
  };
}
