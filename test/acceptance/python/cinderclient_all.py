"""Everything that a script does with cinderclient, at the microversion of the first argument."""
import sys
import time

import openstack
from cinderclient import client, exceptions

version = sys.argv[1]
demo, admin = (client.Client(version, session=openstack.connect(cloud=cloud).session) for cloud in ('scoria', 'scoria-admin'))


def becomes(volume, status):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        now = demo.volumes.get(volume.id)
        if now.status == status:
            return now
        assert now.status != 'error', now.to_dict()
        time.sleep(0.1)
    raise AssertionError(f'{volume.id} never became {status}')


def vanishes(manager, id):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            manager.get(id)
        except exceptions.NotFound:
            return
        time.sleep(0.1)
    raise AssertionError(f'{id} is still there')


volume = demo.volumes.create(1, name='cc', metadata={'a': 'b'})
volume = becomes(volume, 'available')
assert volume.metadata == {'a': 'b'}
assert [one.id for one in demo.volumes.list(search_opts={'name': 'cc'})] == [volume.id]
assert [one.id for one in demo.volumes.list(search_opts={'metadata': {'a': 'b'}})] == [volume.id]
assert demo.volumes.list(search_opts={'status': 'error'}) == []
assert [one.id for one in admin.volumes.list(search_opts={'all_tenants': 1, 'name': 'cc'})] == [volume.id]
demo.volumes.extend(volume, 2)
assert becomes(volume, 'available').size == 2
demo.volumes.set_metadata(volume, {'c': 'd'})
demo.volumes.delete_metadata(volume, ['a'])
assert demo.volumes.get(volume.id).metadata == {'c': 'd'}
demo.volumes.update(volume, name='cc2', description='two')
assert demo.volumes.get(volume.id).description == 'two'
demo.volumes.set_bootable(volume, True)
assert demo.volumes.get(volume.id).bootable == 'true'
demo.volumes.update_readonly_flag(volume, True)

snapshot = demo.volume_snapshots.create(volume.id, name='cc-snapshot')
end = time.monotonic() + 60
while demo.volume_snapshots.get(snapshot.id).status != 'available':
    assert time.monotonic() < end
    time.sleep(0.1)
assert [one.id for one in demo.volume_snapshots.list(search_opts={'volume_id': volume.id})] == [snapshot.id]
demo.volume_snapshots.delete(snapshot)
vanishes(demo.volume_snapshots, snapshot.id)

try:
    demo.volumes.reset_state(volume, 'error')
    raise AssertionError('a member may not reset a state')
except exceptions.Forbidden:
    pass
admin.volumes.reset_state(volume, 'error')
assert demo.volumes.get(volume.id).status == 'error'
admin.volumes.force_delete(volume.id)
vanishes(demo.volumes, volume.id)

assert {(one.binary, one.state) for one in admin.services.list()} >= {('cinder-scheduler', 'up'), ('cinder-volume', 'up')}
pools = admin.pools.list(detailed=True)
assert sorted(one.name.split('#')[0] for one in pools) == ['scoria@one', 'scoria@two'], pools
assert all(one.total_capacity_gb > 0 for one in pools)
assert [one.zoneName for one in demo.availability_zones.list()] == ['nova']
assert demo.limits.get().to_dict()['absolute']['totalVolumesUsed'] == 0
project = demo.client.session.get_project_id()
admin.quotas.update(project, volumes=5)
assert admin.quotas.get(project).volumes == 5
assert admin.quotas.get(project, usage=True).volumes['in_use'] == 0
admin.quotas.delete(project)
assert admin.quotas.get(project).volumes == admin.quotas.defaults(project).volumes

kind = admin.volume_types.create(f'cc-{version}')
kind.set_keys({'volume_backend_name': 'nowhere'})
assert kind.get_keys() == {'volume_backend_name': 'nowhere'}
lost = demo.volumes.create(1, volume_type=kind.name)
end = time.monotonic() + 60
while demo.volumes.get(lost.id).status != 'error':
    assert time.monotonic() < end
    time.sleep(0.1)
if version != '3.0':
    (message,) = [one for one in demo.messages.list() if one.resource_uuid == lost.id]
    assert demo.messages.get(message.id).user_message == message.user_message
    demo.messages.delete(message)
    assert message.id not in [one.id for one in demo.messages.list()]
demo.volumes.delete(lost)
vanishes(demo.volumes, lost.id)
admin.volume_types.delete(kind)
print('ok')
