// Attacks with tokens, through the whole service, behind each kind of identity.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { forgeries, misused } from './forge.ts';
import { type House, houseNames, openHouse } from './houses.ts';

/** Asks for the volumes, with these headers and no other. */
async function ask({ app }: House, headers: Readonly<Record<string, string>>) {
  const response = await app.request('http://scoria.test/v3/volumes', { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

for (const name of houseNames) {
  describe(`behind the identity ${name}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse(name);
    });
    after(() => house.to.close());

    it('a forged token is refused as no token is, word for word, whatever was done to it', async () => {
      const known = await house.known();
      assert.equal((await ask(house, { 'X-Auth-Token': known.token })).status, 200);
      const none = await ask(house, {});
      assert.equal(none.status, 401);
      house.to.database.take();
      for (const [how, token] of Object.entries(await forgeries(known))) {
        const told = await ask(house, { 'X-Auth-Token': token });
        assert.equal(told.status, 401, how);
        assert.equal(told.text, none.text, how);
        assert.equal(told.headers.get('www-authenticate'), none.headers.get('www-authenticate'), how);
      }
      const sent = house.to.database.take().filter((one) => one.startsWith('volumes.'));
      assert.deepEqual(sent, []);
      assert.equal((await ask(house, { 'X-Auth-Token': known.token })).status, 200);
    });

    it('a token that was signed for somewhere else, or for another time, is refused', async () => {
      const known = await house.known();
      for (const [how, token] of Object.entries(await misused(known, house.to.ports.clock.now()))) {
        assert.equal((await ask(house, { 'X-Auth-Token': token })).status, 401, how);
      }
    });

    it('a token is taken from its own header and from nowhere else', async () => {
      const { token } = await house.known();
      const elsewhere = ['Authorization', 'Cookie', 'X-Subject-Token', 'X-Service-Token', 'X-Auth-Token-Extra'];
      for (const header of elsewhere) assert.equal((await ask(house, { [header]: token })).status, 401, header);
      const inQuery = await house.app.request(`http://scoria.test/v3/volumes?X-Auth-Token=${token}&token=${token}`);
      assert.equal(inQuery.status, 401);
      // What the identity middleware of OpenStack sets, a client may not set.
      const claimed = { 'X-Identity-Status': 'Confirmed', 'X-User-Id': 'u', 'X-Roles': 'admin', 'X-Project-Id': 'a1' };
      assert.equal((await ask(house, claimed)).status, 401);
      const lifted = { ...claimed, 'X-Auth-Token': token };
      const services = await house.app.request('http://scoria.test/v3/os-services', { headers: lifted });
      assert.equal(services.status, 403);
    });

    it('a forged service token does not bring an ended token back to life', async () => {
      const known = await house.known();
      const services = await forgeries(known);
      house.to.pass(4000);
      for (const [how, service] of Object.entries(services)) {
        const told = await ask(house, { 'X-Auth-Token': known.token, 'X-Service-Token': service });
        assert.equal(told.status, 401, how);
      }
      // Nor does a good one of somebody without the role service.
      const member = await house.known();
      const told = await ask(house, { 'X-Auth-Token': known.token, 'X-Service-Token': member.token });
      assert.equal(told.status, 401);
    });

    it('a token is over when it ends or is revoked, and cannot be replayed', async () => {
      const known = await house.known();
      assert.equal((await ask(house, { 'X-Auth-Token': known.token })).status, 200);
      if (house.revoke !== null) {
        await house.revoke(known.token);
        // Another Keystone's answers are remembered for 300 s.
        house.to.pass(name === 'embedded' ? 0 : 301);
        assert.equal((await ask(house, { 'X-Auth-Token': known.token })).status, 401);
      }
      const next = await house.known();
      assert.equal((await ask(house, { 'X-Auth-Token': next.token })).status, 200);
      house.to.pass(4000);
      assert.equal((await ask(house, { 'X-Auth-Token': next.token })).status, 401);
    });
  });
}

it('behind a Keystone whose keys are known, a forged token costs no call', async (context) => {
  const house = await openHouse('keystone with its keys');
  context.after(() => house.to.close());
  const known = await house.known();
  assert.equal((await ask(house, { 'X-Auth-Token': known.token })).status, 200);
  const before = house.calls();
  for (const token of Object.values(await forgeries(known))) await ask(house, { 'X-Auth-Token': token });
  assert.equal(house.calls(), before);
});
