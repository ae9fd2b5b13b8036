// What `scoria policy` says, with a file and without.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { declaredRules } from '../../functions/every-service.ts';
import { CommandError } from '../command.ts';
import { policy } from './policy.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoria-policy-'));
});
after(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what --json writes is read field by field
  readonly value: any;
}

/** Runs `scoria policy` with that file. */
async function run(words: readonly string[], options: Readonly<Record<string, string>> = {}, file = ''): Promise<Said> {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, file);
  let said: Said = { text: '', value: null };
  await policy.run({
    env: file === '' ? {} : { SCORIA_POLICY: path },
    folder,
    json: false,
    words,
    options,
    say: () => {},
    data: (value, text) => {
      said = { text, value };
    },
    bold: (text) => text,
  });
  return said;
}

const explain = async (name: string, as: string, options = {}, file = '') =>
  run(['explain', name], { as, ...options }, file);

test('every rule is listed with its check and where it comes from', async () => {
  const { value, text } = await run(['list'], {}, '\n"volume:get": "role:auditor"');
  const names = value.rules.map((rule: { name: string }) => rule.name);
  for (const name of Object.keys(declaredRules)) assert.ok(names.includes(name), name);
  assert.match(text, /^volume:get +role:auditor +# line 2 of the file$/m);
  assert.match(text, /^volume:delete +rule:xena_system_admin_or_project_member$/m);
});

test('who may, who may not, and what a request is told', async () => {
  const table: readonly (readonly [string, string, object, string, RegExp])[] = [
    ['volume-show', 'reader', {}, '', /^allowed$/],
    ['volume-create', 'reader', {}, '', /^forbidden \(403\)$/],
    ['volume-create', 'member', {}, '', /^allowed$/],
    ['volume-delete', 'manager', {}, '', /^allowed$/],
    ['volume-delete', 'service', {}, '', /^forbidden/],
    ['volume-delete', 'member', { project: 'other' }, '', /^not found \(404\)/],
    ['volume-delete', 'admin', { project: 'other' }, '', /^allowed$/],
    ['volume-show', 'nobody-special', {}, '', /^not found \(404\)/],
    ['service-freeze', 'manager', {}, '', /^forbidden/],
    ['service-freeze', 'admin', {}, '', /^allowed$/],
    ['limits-show', 'nobody-special', {}, '', /^allowed: every valid token may$/],
    ['version-list', 'nobody-special', {}, '', /^allowed: no token is needed$/],
    ['quota-set-show', 'member', { project: 'other' }, '', /^forbidden/],
    ['qos-specs-show', 'member', { project: 'other' }, '', /^forbidden/],
    ['volume:delete', 'reader', {}, '', /^forbidden/],
    ['volume-delete', 'member', {}, '"volume:delete": "!"', /^forbidden/],
    ['volume-delete', 'cleaner', {}, '"volume:delete": "role:cleaner"', /^allowed$/],
    ['service-list', 'reader', { scope: 'system' }, '"admin_api": "role:reader and system_scope:all"', /^allowed$/],
    ['service-list', 'reader', { scope: 'project' }, '"admin_api": "role:reader and system_scope:all"', /^forbidden/],
    ['volume-list', 'reader', { scope: 'domain' }, '', /^forbidden/],
    ['volume-show', 'root', { project: 'other' }, '"context_is_admin": "role:root"', /^allowed$/],
    ['volume-show', 'admin', { project: 'other' }, '"context_is_admin": "role:root"', /^not found/],
  ];
  for (const [name, as, options, file, answer] of table) {
    const { value } = await explain(name, as, options, file);
    assert.match(value.answer, answer, `${name} --as ${as} ${JSON.stringify(options)} ${file}`);
  }
});

test('the way to the answer is shown, check by check, with the line that says so', async () => {
  const file = '"volume:delete": "rule:admin_api or (role:cleaner and not user_id:%(user_id)s)"';
  const { text } = await explain('volume-delete', 'cleaner', {}, file);
  assert.equal(
    text,
    `volume-delete: DELETE /volumes/{volume_id}, as cleaner, on the same project
forbidden (403)
no    rule:volume:delete   # line 1 of the file
no      one of
no        rule:admin_api   # default
no          is_admin:True
no        all of
yes         role:cleaner
no          not
yes           user_id:%(user_id)s
and for some requests:
no    rule:volume:force_delete   # default
no      rule:admin_api   # default
no        is_admin:True
`,
  );
});

test('a command line that asks nothing answerable says what to do', async () => {
  const table: readonly (readonly [readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    [[], {}, /needs "list", or "explain"/],
    [['list', 'all'], {}, /needs "list"/],
    [['explain', 'volume-delete'], {}, /needs --as/],
    [['explain', 'volume-nothing'], { as: 'member' }, /no operation and no rule volume-nothing/],
    [['explain', 'volume-delete'], { as: 'member', project: 'mine' }, /"same" or "other"/],
    [['explain', 'volume-delete'], { as: 'member', scope: 'all' }, /"project", "domain" or "system"/],
  ];
  for (const [words, options, says] of table) {
    await assert.rejects(run(words, options), (error) => error instanceof CommandError && says.test(error.message));
  }
});

test('a file that cannot be used is refused with its lines', async () => {
  await assert.rejects(
    run(['list'], {}, '"a": "role:a"\n"b": "(role:b"\n"c": "rule:nothing"'),
    (error) => error instanceof CommandError && /policy\.yaml: line 2: rule "b": a parenthesis/.test(error.message),
  );
});
