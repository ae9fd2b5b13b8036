import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aesSecrets, makeSealingKey, readSealingKeys } from './aes-gcm.ts';
import { memorySealingKeys } from './memory.ts';

describe('sealed secrets', () => {
  it('open to what was sealed, and two seals of one text differ', async () => {
    const secrets = aesSecrets(memorySealingKeys());
    const texts = ['', 'gAAAAAB…', 'ü'.repeat(20_000), '\u0000"'];
    for (const text of texts) {
      const sealed = await secrets.seal(text, 'here');
      assert.match(sealed, /^[\w.-]+$/);
      assert.ok(text === '' || !sealed.includes(text));
      assert.notEqual(sealed, await secrets.seal(text, 'here'));
      assert.equal(await secrets.open(sealed, 'here'), text);
    }
  });

  it('do not open elsewhere, altered, or with another key, and the error shows nothing of them', async () => {
    const secrets = aesSecrets(memorySealingKeys());
    const sealed = await secrets.seal('the-secret', 'here');
    const other = aesSecrets(memorySealingKeys(makeSealingKey('k1')));
    const altered = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    const tries = [
      [secrets, sealed, 'there'],
      [secrets, altered, 'here'],
      [other, sealed, 'here'],
      [secrets, '', 'here'],
      [secrets, 's1.k1.!.!', 'here'],
    ] as const;
    for (const [by, text, purpose] of tries) {
      await assert.rejects(by.open(text, purpose), (error: Error) => {
        assert.equal(error.name, 'SecretsError');
        assert.ok(!String(error.stack).includes('the-secret'));
        return true;
      });
    }
  });

  it('stay open after a key was put before the old one, and not after the old one has gone', async () => {
    const [old, young] = [makeSealingKey('old'), makeSealingKey('young')];
    const sealed = await aesSecrets(memorySealingKeys(old)).seal('text', 'here');
    assert.equal(await aesSecrets(memorySealingKeys(`${young},${old}`)).open(sealed, 'here'), 'text');
    await assert.rejects(aesSecrets(memorySealingKeys(young)).open(sealed, 'here'), /with the key old, which is not/);
  });

  it('have one key for two processes that begin together', async () => {
    const store = memorySealingKeys();
    const [one, two] = [aesSecrets(store), aesSecrets(store)];
    const [a, b] = await Promise.all([one.seal('a', 'here'), two.seal('b', 'here')]);
    assert.deepEqual([await two.open(a, 'here'), await one.open(b, 'here')], ['a', 'b']);
  });

  it('refuse keys that are none, without showing them', () => {
    for (const text of [
      '',
      'k1',
      'k1:short',
      `k1:${'A'.repeat(44)}`,
      `${makeSealingKey('a')},${makeSealingKey('a')}`,
      ':x',
    ]) {
      assert.throws(
        () => readSealingKeys(text),
        (error: Error) => text === '' || !error.message.includes(text.slice(3, 20) || 'x:'),
      );
    }
  });
});
