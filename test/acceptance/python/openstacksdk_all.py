"""Everything that a script does with openstacksdk; an assertion that fails ends it."""
import openstack

demo = openstack.connect(cloud='scoria')
admin = openstack.connect(cloud='scoria-admin')
storage = demo.block_storage

# Volumes: make, wait, list by pages, metadata, change, extend.
made = [storage.create_volume(name=f'sdk-{i}', size=1, metadata={'n': str(i)}) for i in range(3)]
for one in made:
    one = storage.wait_for_status(one, status='available', failures=['error'], interval=0.2, wait=60)
    assert one.name.startswith('sdk-') and one.size == 1, one
pages = list(storage.volumes(limit=1))
assert sorted(one.id for one in pages) == sorted(one.id for one in made), pages
assert [one.id for one in storage.volumes(name='sdk-1')] == [made[1].id]
volume = storage.get_volume(storage.find_volume('sdk-0').id)
assert volume.id == made[0].id and volume.metadata == {'n': '0'}, volume
storage.set_volume_metadata(volume, extra='yes')
assert storage.get_volume_metadata(volume).metadata == {'n': '0', 'extra': 'yes'}
storage.delete_volume_metadata(volume, keys=['extra'])
assert storage.get_volume_metadata(volume).metadata == {'n': '0'}
storage.extend_volume(volume, 2)
volume = storage.get_volume(volume.id)
volume = storage.wait_for_status(volume, status='available', failures=['error_extending'], interval=0.2, wait=60)
assert volume.size == 2, volume
assert storage.find_volume('nothing') is None

# Snapshots.
snapshot = storage.create_snapshot(volume_id=volume.id, name='sdk-snapshot')
snapshot = storage.wait_for_status(snapshot, status='available', failures=['error'], interval=0.2, wait=60)
assert [one.id for one in storage.snapshots(volume_id=volume.id)] == [snapshot.id]
copy = storage.create_volume(name='sdk-copy', size=2, snapshot_id=snapshot.id)
copy = storage.wait_for_status(copy, status='available', failures=['error'], interval=0.2, wait=60)
assert copy.snapshot_id == snapshot.id
storage.delete_snapshot(snapshot)
storage.wait_for_delete(snapshot, interval=0.2, wait=60)

# Types, quotas, limits, zones, extensions, pools.
kind = admin.block_storage.create_type(name='sdk-type', description='one')
admin.block_storage.update_type_extra_specs(kind, volume_backend_name='one')
assert admin.block_storage.get_type(kind).extra_specs == {'volume_backend_name': 'one'}
assert 'sdk-type' in [one.name for one in storage.types()]
admin.block_storage.delete_type(kind)
quota = admin.block_storage.get_quota_set(demo.current_project_id, usage=True)
assert quota.usage['volumes'] == 4 and quota.usage['gigabytes'] == 6, quota
admin.block_storage.update_quota_set(quota, volumes=50)
assert admin.block_storage.get_quota_set(demo.current_project_id).volumes == 50
admin.block_storage.revert_quota_set(demo.current_project_id)
limits = storage.get_limits().absolute
assert limits.total_volumes_used == 4 and limits.total_gigabytes_used == 6, limits
assert [one.name for one in storage.availability_zones()] == ['nova']
assert 'os-quota-sets' in [one.alias for one in storage.extensions()]
pools = list(admin.block_storage.backend_pools())
assert len(pools) == 2 and all(one.capabilities for one in pools), pools

# The shade layer, which Ansible uses.
shade = demo.create_volume(size=1, name='sdk-shade', wait=True, timeout=60)
assert shade.status == 'available', shade
assert demo.delete_volume('sdk-shade', wait=True, timeout=60) is True

for one in storage.volumes():
    storage.delete_volume(one)
    storage.wait_for_delete(one, interval=0.2, wait=60)
assert list(storage.volumes()) == []
print('ok')
