// Our policies against the real oslo.policy (Debian: python3-oslo.policy): the same files, the same questions.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Policy } from '../../functions/http/policy.ts';
import { PolicyError } from '../../functions/http/policy-file.ts';
import { readOverrides } from '../../functions/http/policy-table.ts';
import type { Actor } from '../../infra/identity/port.ts';

const python = '/usr/bin/python3';
const oracle = fileURLToPath(new URL('oracle.py', import.meta.url));
const isThere = spawnSync(python, ['-c', 'import oslo_policy']).status === 0;
const skip = isThere ? false : 'needs the real oslo.policy: apt-get install python3-oslo.policy';

interface Case {
  readonly file: string;
  readonly rule: string;
  readonly who: Actor;
  readonly projectId: string;
  readonly userId: string | null;
}

type Ids = Pick<Actor, 'userId' | 'userDomainId' | 'projectId' | 'projectDomainId' | 'domainId'>;

function idsOf({ userId, userDomainId, projectId, projectDomainId, domainId }: Ids) {
  return {
    user_id: userId,
    ...(userDomainId === null ? {} : { user_domain_id: userDomainId }),
    ...(projectId === null ? {} : { project_id: projectId }),
    ...(projectDomainId === null ? {} : { project_domain_id: projectDomainId }),
    ...(domainId === null ? {} : { domain_id: domainId }),
  };
}

/** What Cinder would put into the credentials; what a token does not have is left out. */
function credsOf({ isSystem, roles, isAdminProject, service, ...ids }: Actor): object {
  return {
    ...idsOf(ids),
    ...(service === undefined
      ? {}
      : Object.fromEntries(
          Object.entries({ ...idsOf(service), roles: [...service.roles] }).map(([name, one]) => [
            `service_${name}`,
            one,
          ]),
        )),
    roles: [...roles],
    is_admin: roles.has('admin'),
    is_admin_project: isAdminProject !== false,
    ...(isSystem ? { system_scope: 'all' } : {}),
  };
}

/** What oslo.policy says; null where it fails. */
function ask(cases: readonly Case[]): (boolean | null)[] {
  const input = JSON.stringify(
    cases.map(({ file, rule, who, projectId, userId }) => ({
      file,
      rule,
      creds: credsOf(who),
      target: { project_id: projectId, user_id: userId },
    })),
  );
  const ran = spawnSync(python, [oracle], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

/** What we say; null when the file is refused at start. */
function ours({ file, rule, who, projectId, userId }: Case): boolean | null {
  try {
    return new Policy({}, readOverrides(file)).allows(rule, who, projectId, userId);
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}

const alone: fc.Arbitrary<Actor> = fc.record({
  userId: fc.constantFrom('u1', 'u2'),
  userName: fc.constant('somebody'),
  userDomainId: fc.constantFrom('d1', 'd2', null),
  projectId: fc.constantFrom('p1', 'p2', null),
  projectDomainId: fc.constantFrom('d1', 'd2', null),
  domainId: fc.constantFrom('d1', null),
  isSystem: fc.boolean(),
  isAdminProject: fc.boolean(),
  roles: fc.subarray(['admin', 'member', 'reader', 'u1', 'a']).map((all) => new Set(all)),
  expiresAt: fc.constant(0),
});
const someone: fc.Arbitrary<Actor> = fc.oneof(
  alone,
  fc.tuple(alone, alone).map(([one, service]) => ({ ...one, service })),
);

const value = fc.constantFrom(
  '%(project_id)s',
  '%(user_id)s',
  '%(visibility)s',
  'p1',
  'u1',
  'd1',
  'all',
  'True',
  'False',
  'None',
  'Admin',
  'member',
  'a',
  'p%%1',
  'p%(user_id)s',
  '%(project_id)s%(user_id)s',
);
const kind = fc.constantFrom(
  'role',
  'project_id',
  'user_id',
  'domain_id',
  'user_domain_id',
  'project_domain_id',
  'roles',
  'service_user_id',
  'service_user_domain_id',
  'service_project_id',
  'service_project_domain_id',
  'service_roles',
  'is_admin',
  'is_admin_project',
  'system_scope',
  "'p1'",
  '"u1"',
  "'u1'",
  'True',
  'None',
  '42',
  'nothing_known',
);
const leaf = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(kind, value).map((both) => both.join(':')) },
  { weight: 1, arbitrary: fc.constantFrom('@', '!', 'role:ADMIN', 'role:admin', 'is_admin:True') },
  { weight: 2, arbitrary: fc.constantFrom('rule:r1', 'rule:r2') },
);

const space = fc.constantFrom(' ', '  ', '\t');
const cased = (word: string) => fc.constantFrom(word, word.toUpperCase(), word[0]?.toUpperCase() + word.slice(1));

/** Text of the language, with needless parentheses, odd spaces and words in any case; not always where they bind. */
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 5 },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.tuple(cased('not'), space, tie('text')).map((all) => all.join('')) },
    { weight: 2, arbitrary: fc.tuple(tie('text'), space, cased('and'), space, tie('text')).map((all) => all.join('')) },
    { weight: 2, arbitrary: fc.tuple(tie('text'), space, cased('or'), space, tie('text')).map((all) => all.join('')) },
    {
      weight: 2,
      arbitrary: fc.tuple(tie('text'), fc.constantFrom('', ' ')).map(([one, gap]) => `(${gap}${one}${gap})`),
    },
  ),
}));

const lists = fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), { maxLength: 3 });

/** What is mostly no text of the language. */
const noise = fc
  .array(fc.oneof(leaf, fc.constantFrom('(', ')', 'and', 'or', 'not', '((', '))', 'x', ':', 'role:', '""')), {
    maxLength: 8,
  })
  .map((all) => all.join(' '));

// r0 may name r1 and r2, and r1 may name r2, so that there is no circle.
const simple = (rule: fc.Arbitrary<unknown>, without: RegExp) =>
  rule.filter((one) => !without.test(JSON.stringify(one)));
const caseOf = (rule: fc.Arbitrary<unknown>): fc.Arbitrary<Case> =>
  fc
    .record({
      rules: fc.tuple(rule, simple(fc.oneof(text, lists), /rule:r1/), simple(fc.oneof(text, lists), /rule:/)),
      who: someone,
      projectId: fc.constantFrom('p1', 'p2'),
      userId: fc.constantFrom('u1', 'u2', null),
    })
    .map(({ rules, ...rest }) => ({
      file: rules.map((one, n) => `"r${n}": ${JSON.stringify(one).replaceAll('\\t', '\t')}`).join('\n'),
      rule: 'r0',
      ...rest,
    }));

const sample = (rule: fc.Arbitrary<unknown>, numRuns: number) => fc.sample(caseOf(rule), { numRuns, seed: 20261125 });

test('3,000 files of checks mean what they mean to oslo.policy, and none is refused', { skip }, () => {
  const cases = sample(fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: lists }), 3000);
  const said = ask(cases);
  const wrong = cases.filter((one, n) => ours(one) !== said[n]);
  assert.deepEqual(wrong.slice(0, 3), []);
  const passing = said.filter((one) => one).length;
  assert.ok(passing > 600 && passing < 2400, `${passing} of ${said.length} pass`);
});

test('of 2,000 texts that are mostly no checks, what is not refused means what it means to oslo.policy', {
  skip,
}, () => {
  const cases = sample(noise, 2000);
  const said = ask(cases);
  const mine = cases.map(ours);
  assert.deepEqual(cases.filter((_, n) => mine[n] !== null && mine[n] !== said[n]).slice(0, 3), []);
  const accepted = mine.filter((one) => one !== null).length;
  assert.ok(accepted > 100, `${accepted} accepted`);
});
