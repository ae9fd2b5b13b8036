import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Actor } from '../../infra/identity/port.ts';
import { compile } from './policy-check.ts';
import { CheckError, parseCheck, parseRule } from './policy-parse.ts';

const actor = (over: Partial<Actor> & { readonly is?: readonly string[] } = {}): Actor => ({
  userId: 'u1',
  userName: 'one',
  userDomainId: null,
  projectId: 'p1',
  projectDomainId: null,
  domainId: null,
  isSystem: false,
  roles: new Set(over.is ?? []),
  expiresAt: 0,
  ...over,
});

const none = () => () => false;

/** Whether a check string lets the actor pass on a target of p1 and u1. */
const passes = (text: string, who: Actor, project: string | null = 'p1', user: string | null = 'u1') =>
  compile(parseCheck(text), none)(who, project, user);

test('each form of a check is read as oslo.policy reads it', () => {
  const admin = actor({ is: ['admin'] });
  const service = actor({
    ...{ userId: 'nova', userDomainId: 'd9', projectId: 'services', projectDomainId: 'd8' },
    is: ['service'],
  });
  const system = actor({ isSystem: true, projectId: null, is: ['reader'] });
  const table: readonly (readonly [string, Actor, boolean])[] = [
    ['', actor(), true],
    ['  ', actor(), true],
    ['@', actor(), true],
    ['!', admin, false],
    ['role:admin', admin, true],
    ['role:ADMIN', admin, true],
    ['role:admin', actor(), false],
    ['not role:admin', actor(), true],
    ['NOT role:admin AND role:x OR @', admin, true],
    ['is_admin:True', admin, true],
    ['is_admin:False', actor(), true],
    ['is_admin:True', actor(), false],
    ['is_admin_project:True', actor(), true],
    ['is_admin_project:True', actor({ isAdminProject: false }), false],
    ['system_scope:all', system, true],
    ['system_scope:all', actor(), false],
    ['domain_id:d1', actor({ domainId: 'd1' }), true],
    ['domain_id:d1', actor({ projectDomainId: 'd1', userDomainId: 'd1' }), false],
    ['user_domain_id:d1', actor({ userDomainId: 'd1' }), true],
    ['user_domain_id:d1', actor({ userDomainId: 'd2', domainId: 'd1', projectDomainId: 'd1' }), false],
    ['user_domain_id:None', actor(), false],
    ['project_domain_id:d1', actor({ projectDomainId: 'd1' }), true],
    ['project_domain_id:d1', actor({ userDomainId: 'd1' }), false],
    ['roles:admin', admin, true],
    ['roles:Admin', admin, false],
    ['roles:%(user_id)s', actor({ is: ['u1'] }), true],
    ['roles:member', admin, false],
    ['service_roles:service', actor({ service }), true],
    ['service_roles:service', actor({ is: ['service'] }), false],
    ['service_roles:%(visibility)s', actor({ service }), false],
    ['service_user_id:nova', actor({ service }), true],
    ['service_user_id:u1', actor({ service }), false],
    ['service_user_domain_id:d9', actor({ service }), true],
    ['service_project_id:services', actor({ service }), true],
    ['service_project_id:services', actor({ projectId: 'services' }), false],
    ['service_project_domain_id:d8', actor({ service }), true],
    ['project_id:%(project_id)s', actor(), true],
    ['project_id:%(project_id)s', actor({ projectId: 'p2' }), false],
    ['project_id:p1', actor(), true],
    ['user_id:%(user_id)s', actor(), true],
    ['user_id:%(user_id)s', actor({ userId: 'u2' }), false],
    ["'p1':%(project_id)s", actor(), true],
    ['"p2":%(project_id)s', actor(), false],
    ['True:%(project_id)s', actor(), false],
    ['None:%(visibility)s', actor(), false],
    ['role:%(user_id)s', actor({ is: ['u1'] }), true],
    ['project_id:p%%1', actor({ projectId: 'p%1' }), true],
    ['nothing_known:x', actor(), false],
    ['(role:a or role:b) and role:c', actor({ is: ['b', 'c'] }), true],
    ['role:a or role:b and role:c', actor({ is: ['a'] }), true],
    ['role:a and (role:b or role:c)', actor({ is: ['a'] }), false],
    ['((role:a))', actor({ is: ['a'] }), true],
    ['( role:a )', actor({ is: ['a'] }), true],
    ['(project_id:%(project_id)s)', actor(), true],
    ['not not role:a', actor({ is: ['a'] }), true],
  ];
  for (const [text, who, wanted] of table) assert.equal(passes(text, who), wanted, JSON.stringify(text));
});

test('who is in no project owns nothing, not even what belongs to no project', () => {
  const nobodys = actor({ projectId: null });
  assert.equal(passes('project_id:%(project_id)s', nobodys, null), false);
  assert.equal(passes('None:%(project_id)s', nobodys, null), true);
  assert.equal(passes('user_id:%(user_id)s', actor(), 'p1', null), false);
});

test('lists of lists are one of the outer and all of the inner', () => {
  const table = [
    [[], [], true],
    [[[]], [], false],
    [['role:a', 'role:b'], ['b'], true],
    [[['role:a', 'role:b']], ['b'], false],
    [[['role:a', 'role:b'], 'role:c'], ['a', 'b'], true],
    [[['role:a', 'role:b'], ['role:c']], ['c'], true],
  ] as const;
  for (const [lists, is, wanted] of table) {
    assert.equal(compile(parseRule(lists), none)(actor({ is }), 'p1', 'u1'), wanted, JSON.stringify(lists));
  }
});

test('what cannot be read is refused with the reason, and never turned into everybody or nobody', () => {
  const table: Readonly<Record<string, RegExp>> = {
    'role:admin or': /ends where a check/,
    'role:a role:b': /"role:b" stands where/,
    'and role:a': /"and" stands/,
    '(role:a': /not closed/,
    'role:a)': /"\)" stands/,
    '()': /"\)" stands/,
    admin: /is no check/,
    ':x': /is no check/,
    'role:': /nothing after/,
    'rule:': /nothing after/,
    '"role:a"': /belongs in no value/,
    'role:a)and(role:b': /belongs in no value/,
    'project_id:%(project_id)': /"\)" stands/,
    'project_id:%s': /belongs in no value/,
    'http://example.test/%(project_id)s': /ask another server/,
    'a-b:x': /no attribute/,
    [`${'('.repeat(100)}@${')'.repeat(100)}`]: /nested deeper/,
    [`${'not '.repeat(100)}@`]: /nested deeper/,
    [`role:${'x'.repeat(9000)}`]: /longer than/,
  };
  for (const [text, reason] of Object.entries(table)) {
    assert.throws(
      () => parseCheck(text),
      (error) => error instanceof CheckError && reason.test(error.message),
      text,
    );
  }
});

const word = fc.constantFrom(
  ...[
    '(',
    ')',
    'and',
    'or',
    'not',
    '@',
    '!',
    ':',
    '%',
    '%(x)s',
    "'",
    '"',
    'role:a',
    'rule:b',
    ' ',
    '\t',
    '\n',
    '[',
    '{',
  ],
);

test('no text makes the parser throw anything but its own error', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(word, { maxLength: 200 }).map((all) => all.join('')),
    fc.array(word, { maxLength: 200 }).map((all) => all.join(' ')),
  );
  fc.assert(
    fc.property(text, (one) => {
      try {
        compile(parseCheck(one), none)(actor(), 'p1', 'u1');
      } catch (error) {
        assert.ok(error instanceof CheckError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

/** An expression, written out fully or with only the parentheses that it needs, and its value. */
interface Expression {
  readonly text: string;
  /** 3: a leaf or in parentheses; 2: not; 1: and; 0: or. */
  readonly strength: number;
  readonly value: Value;
}

type Value = (who: Actor, project: string, user: string) => boolean;

const leaf: fc.Arbitrary<Expression> = fc.constantFrom<Expression>(
  { text: '@', strength: 3, value: () => true },
  { text: '!', strength: 3, value: () => false },
  { text: 'role:a', strength: 3, value: (who) => who.roles.has('a') },
  { text: 'role:B', strength: 3, value: (who) => who.roles.has('b') },
  { text: 'is_admin:True', strength: 3, value: (who) => who.roles.has('admin') },
  { text: 'system_scope:all', strength: 3, value: (who) => who.isSystem },
  { text: 'project_id:%(project_id)s', strength: 3, value: (who, project) => who.projectId === project },
  { text: 'user_id:%(user_id)s', strength: 3, value: (who, _project, user) => who.userId === user },
  { text: "'p1':%(project_id)s", strength: 3, value: (_who, project) => project === 'p1' },
);

const wrap = (one: Expression, least: number) => (one.strength < least ? `(${one.text})` : one.text);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf,
    tie('expression').map((one) => ({
      text: `not ${wrap(one, 2)}`,
      strength: 2,
      value: (...at: Parameters<Value>) => !one.value(...at),
    })),
    fc.array(tie('expression'), { minLength: 2, maxLength: 4 }).map((all) => ({
      text: all.map((one) => wrap(one, 2)).join(' and '),
      strength: 1,
      value: (...at: Parameters<Value>) => all.every((one) => one.value(...at)),
    })),
    fc.array(tie('expression'), { minLength: 2, maxLength: 4 }).map((all) => ({
      text: all.map((one) => wrap(one, 1)).join(' or '),
      strength: 0,
      value: (...at: Parameters<Value>) => all.some((one) => one.value(...at)),
    })),
    tie('expression').map((one) => ({ text: `( ${one.text} )`, strength: 3, value: one.value })),
  ),
}));

const someone = fc.record({
  is: fc.subarray(['a', 'b', 'admin']),
  projectId: fc.constantFrom('p1', 'p2', null),
  userId: fc.constantFrom('u1', 'u2'),
  isSystem: fc.boolean(),
});

test('every expression is worth what it is worth by its structure', () => {
  fc.assert(
    fc.property(
      expression.filter((one) => one.text.length < 8000),
      someone,
      fc.constantFrom('p1', 'p2'),
      fc.constantFrom('u1', 'u2'),
      (one, over, project, user) => {
        const who = actor(over);
        assert.equal(passes(one.text, who, project, user), one.value(who, project, user), one.text);
      },
    ),
    { numRuns: 3000 },
  );
});
