import { CommandError, exit, type Verb } from '../command.ts';
import { asCurl, signInAsCurl, waitAsCurl } from '../demo/curl.ts';
import { passwordOf, passwordsIn, rootOf } from '../running-service.ts';
import { type Answer, type Request, ServiceClient } from '../service-client.ts';
import { readSettings } from '../settings.ts';

const user = 'demo';

export const demo: Verb = {
  name: 'demo',
  summary: 'take a volume through its life on the running service, and show each state as it comes',
  help: `usage: scoria demo [--curl] [--url URL] [--json]

Signs in as the user demo and creates, snapshots, extends, backs up, restores and deletes a volume, on the service
that was started in this folder. Whatever it made is removed, also when something goes wrong.
--curl prints each request as lines for a shell, which pasted there do the same.
Exit code 1 when anything is not as it should be.`,
  takes: { words: 0, options: ['url'], flags: ['curl'] },
  async run(context) {
    const settings = readSettings(context);
    const root = rootOf(context, settings);
    const passwords = passwordsIn(settings);
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
    const client = new ServiceClient(root, stopping.signal);
    const isCurl = 'curl' in context.options;
    const shown: Shown[] = [];
    const show = (step: Step, states: readonly string[], milliseconds: number) => {
      const { what, method, path } = step;
      shown.push({ what, method, path, states, milliseconds });
      const times = `${milliseconds.toFixed(0).padStart(5)} ms`;
      if (isCurl)
        context.say(
          `\n# ${what}: ${states.join(' -> ')} (${times.trim()})\n${[asCurl(step), ...step.until.map(waitAsCurl)].join('\n')}`,
        );
      else context.say(`  ${what.padEnd(22)} ${`${method} ${path}`.padEnd(42)} ${times}  ${states.join(' -> ')}`);
    };
    const begun = performance.now();
    await client.signIn(user, passwordOf(user, passwords, 'demo'));
    context.say(isCurl ? signInAsCurl(root, user, passwords) : `${context.bold('Scoria')} at ${root}, as ${user}`);
    try {
      for (const step of story) await play(step, client, show);
      await assertNothingLeft(client);
    } finally {
      await removeAll(client, context.say);
    }
    const milliseconds = Math.round(performance.now() - begun);
    const text = next(milliseconds);
    context.data({ url: root, milliseconds, steps: shown }, isCurl ? text.replace(/^(?=.)/gm, '# ') : text);
    return exit.ok;
  },
};

interface Shown {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly states: readonly string[];
  readonly milliseconds: number;
}

type Show = (step: Step, states: readonly string[], milliseconds: number) => void;

interface Step extends Request {
  readonly what: string;
  /** Asked repeatedly until it has the status; then the further ones are. */
  readonly until: readonly (readonly [path: string, status: string])[];
  /** What else the last answer must contain. */
  readonly has?: Readonly<Record<string, unknown>>;
}

const name = 'scoria-demo';

const story: readonly Step[] = [
  {
    what: 'create 1 GiB',
    method: 'POST',
    path: '/volumes',
    body: { volume: { size: 1, name, metadata: { made_by: name } } },
    keeps: { at: 'volume.id', as: 'VOLUME' },
    until: [['/volumes/$VOLUME', 'available']],
    has: { size: 1, name, bootable: 'false' },
  },
  {
    what: 'snapshot',
    method: 'POST',
    path: '/snapshots',
    body: { snapshot: { volume_id: '$VOLUME', name } },
    keeps: { at: 'snapshot.id', as: 'SNAPSHOT' },
    until: [['/snapshots/$SNAPSHOT', 'available']],
    has: { size: 1 },
  },
  {
    what: 'extend to 2 GiB',
    method: 'POST',
    path: '/volumes/$VOLUME/action',
    body: { 'os-extend': { new_size: 2 } },
    until: [['/volumes/$VOLUME', 'available']],
    has: { size: 2 },
  },
  {
    what: 'back up',
    method: 'POST',
    path: '/backups',
    body: { backup: { volume_id: '$VOLUME', name } },
    keeps: { at: 'backup.id', as: 'BACKUP' },
    until: [['/backups/$BACKUP', 'available']],
    has: { size: 2 },
  },
  {
    what: 'restore to a new one',
    method: 'POST',
    path: '/backups/$BACKUP/restore',
    body: { restore: { name: `${name}-restored` } },
    keeps: { at: 'restore.volume_id', as: 'RESTORED' },
    until: [
      ['/backups/$BACKUP', 'available'],
      ['/volumes/$RESTORED', 'available'],
    ],
    has: { size: 2 },
  },
  ...(['SNAPSHOT', 'BACKUP', 'RESTORED', 'VOLUME'] as const).map((kept): Step => {
    const path = `/${{ SNAPSHOT: 'snapshots', BACKUP: 'backups', RESTORED: 'volumes', VOLUME: 'volumes' }[kept]}/$${kept}`;
    return { what: `delete the ${kept.toLowerCase()}`, method: 'DELETE', path, until: [[path, 'gone']] };
  }),
];

async function play(step: Step, client: ServiceClient, show: Show): Promise<void> {
  const begun = performance.now();
  const { status } = await client.ask(step);
  const states = [String(status)];
  let last: Answer | null = null;
  for (const [path, wanted] of step.until) last = await client.until(path, wanted, (state) => states.push(state));
  const [found] = Object.values<Record<string, unknown>>(last?.body ?? {});
  for (const [key, value] of Object.entries(step.has ?? {})) {
    if (found?.[key] !== value) throw new CommandError(`${step.what}: ${key} is ${found?.[key]}, not ${value}`);
  }
  show(step, states, performance.now() - begun);
}

/** What is deleted is in no list any more. */
async function assertNothingLeft(client: ServiceClient): Promise<void> {
  for (const list of ['volumes', 'snapshots', 'backups']) {
    const { body } = await client.ask({ method: 'GET', path: `/${list}?name=${name}` });
    if (body[list].some(({ id }: { id: string }) => client.made().includes(id))) {
      throw new CommandError(`what was deleted is still among the ${list}`);
    }
  }
}

/** Removes what the story did not get to remove. A failure is printed, but stops nothing. */
async function removeAll(client: ServiceClient, say: (line: string) => void): Promise<void> {
  client.resume();
  for (const { method, path, until } of story.filter((step) => step.method === 'DELETE')) {
    if (!client.isKept(path.slice(path.indexOf('$') + 1))) continue;
    try {
      // A resource that is still changing can be deleted once it has settled.
      const { status } = await client.settled(path);
      if (status !== 404) await client.ask({ method, path }, true);
      for (const [at, wanted] of until) await client.until(at, wanted, () => {});
    } catch (error) {
      say(`could not remove ${client.filled(path)}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

const next = (milliseconds: number) => `
All of it in ${(milliseconds / 1000).toFixed(1)} s, and nothing is left of it. What to try next:
  scoria demo --curl                    the same with lines to paste into a shell
  apt-get install python3-openstackclient   (or: pip install python-openstackclient)
  export OS_CLOUD=scoria                in the folder of clouds.yaml
  openstack volume create --size 1 hello && openstack volume list
  docs/compatibility.md                 every operation, and which clients use it; as OpenAPI: /openapi.json
`;
