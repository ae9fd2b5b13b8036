import { groupDeltas, releaseQuota, volumeDeltas } from '../../../schema/quotas.ts';
import { fragment } from '../../../schema/statement.ts';
import { groupVolumes } from '../fragments.ts';
import { inError, room } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const members = 'r.group_id = f.resource_id';

/** Removes every member. Succeeds when they are gone; a member that was never placed has nothing to remove. */
export const deleteGroup = work({
  kind: 'group.delete',
  does: 'removes a group and all its volumes',
  steps: ['delete'],
  needs: { volumes: groupVolumes },
  uses: ['backend.remove'],
  async run({ volumes }, _operation, { backend, call }) {
    for (const volume of volumes) if (volume.host !== null) await backend.remove(toVolume(volume), call);
    return done();
  },
  events: { done: 'group.delete.end', failed: 'group.delete.error' },
  message: { action: 'deleteGroup', detail: 'groupDeleteFailed' },
  done: (ends) => ({
    before: [
      fragment(
        'attachments_gone',
        `DELETE FROM attachments a USING volumes v, fenced f WHERE a.volume_id = v.id AND v.group_id = f.resource_id`,
      ),
      ends('volume', 'members', members),
    ],
    also: [room('members', '-v.size_gib')],
    counts: releaseQuota(`${volumeDeltas('members', -1)} UNION ALL ${groupDeltas('resource', -1)}`),
  }),
  // Members removed before the failure stay removed, so none of them becomes available again.
  failed: (ends) => ({ also: [ends('volume', 'members', members)], alsoFailed: inError('volume', 'members') }),
});
