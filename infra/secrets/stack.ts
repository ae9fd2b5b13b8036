// Secrets: set once for each stage with `npx sst secret set NAME VALUE --stage STAGE`, kept encrypted by SST, given
// to the functions that need them. Deploying without them is refused.
import type { Plan } from '../stage/stack.ts';

export type SecretStack = ReturnType<typeof secretStack>;

export function secretStack(plan: Plan) {
  // The keys that seal what is secret in the database: the same in every process of a stage. `npx scoria secrets`
  // makes them.
  const sealing = new sst.Secret('SecretKeys');
  const keystone = plan.settings.SCORIA_IDENTITY === 'keystone' ? new sst.Secret('KeystonePassword') : null;
  // Without a user of its own, Nova is asked as the service.
  const nova = plan.settings.SCORIA_NOVA_USER === undefined ? null : new sst.Secret('NovaPassword');
  return {
    environment: {
      SCORIA_SECRET_KEYS: sealing.value,
      ...(keystone === null ? {} : { SCORIA_KEYSTONE_PASSWORD: keystone.value }),
      ...(nova === null ? {} : { SCORIA_NOVA_PASSWORD: nova.value }),
    },
  };
}
