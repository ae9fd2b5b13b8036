"""cinderclient: volumes with each of their actions, metadata, encryption metadata and image metadata."""
from common import becomes, both, refused, until, vanishes, volume

demo, admin = both()

# Metadata of the volume, and one key by If-Match as newer clients do it.
one = volume(demo, name='one', metadata={'a': '1', 'b': '2'})
demo.volumes.set_metadata(one, {'c': '3'})
demo.volumes.delete_metadata(one, ['a'])
assert demo.volumes.get(one.id).metadata == {'b': '2', 'c': '3'}
demo.volumes.update_all_metadata(one, {'only': 'this'})
assert demo.volumes.get(one.id).metadata == {'only': 'this'}
summary = demo.volumes.summary(all_tenants=False)['volume-summary']
assert (summary['total_count'], summary['total_size']) == (1, 1), summary
assert summary['metadata'] == {'only': ['this']}, summary

# Image metadata, encryption metadata.
demo.volumes.set_image_metadata(one, {'os_distro': 'debian', 'kernel_id': 'k'})
_, shown = demo.volumes.show_image_metadata(one)
assert shown == {'metadata': {'os_distro': 'debian', 'kernel_id': 'k'}}, shown
demo.volumes.delete_image_metadata(one, ['kernel_id'])
assert demo.volumes.get(one.id).volume_image_metadata == {'os_distro': 'debian'}
assert demo.volumes.get_encryption_metadata(one.id)['encryption_key_id'] is None

# The attach actions that came before attachments, in the order in which a hypervisor uses them.
connector = {'initiator': 'iqn.1994-05.org.example:host', 'ip': '127.0.0.1', 'host': 'scoria', 'multipath': False}
demo.volumes.reserve(one)
assert demo.volumes.get(one.id).status == 'attaching'
demo.volumes.unreserve(one)
assert demo.volumes.get(one.id).status == 'available'
demo.volumes.reserve(one)
info = demo.volumes.initialize_connection(one, connector)
assert info['driver_volume_type'] and 'data' in info, info
demo.volumes.attach(one, None, '/dev/vdb', mode='rw', host_name='a-host')
(attachment,) = demo.volumes.get(one.id).attachments
assert (attachment['device'], attachment['host_name']) in (('/dev/vdb', 'a-host'), ('/dev/vdb', None)), attachment
assert demo.volumes.get(one.id).status == 'in-use'
demo.volumes.extend(one, 2)
until(lambda: demo.volumes.get(one.id), lambda now: (now.status, now.size) == ('in-use', 2))
demo.volumes.begin_detaching(one)
assert demo.volumes.get(one.id).status == 'detaching'
demo.volumes.roll_detaching(one)
assert demo.volumes.get(one.id).status == 'in-use'
demo.volumes.begin_detaching(one)
demo.volumes.terminate_connection(one, connector)
demo.volumes.detach(one, attachment['attachment_id'])
assert demo.volumes.get(one.id).attachments == []
becomes(demo.volumes, one.id, 'available')
demo.volumes.reserve(one)
demo.volumes.attach(one, None, '/dev/vdc', host_name='a-host')
admin.volumes._action('os-force_detach', one, {'connector': connector})
assert becomes(demo.volumes, one.id, 'available').attachments == []

# Flags, names, states.
demo.volumes.set_bootable(one, True)
demo.volumes.update_readonly_flag(one, True)
demo.volumes.update(one, name='renamed', description='words')
now = demo.volumes.get(one.id)
assert (now.name, now.description, now.bootable, now.metadata['readonly']) == ('renamed', 'words', 'true', 'True')
refused(403, demo.volumes.reset_state, one, 'error')
admin.volumes.reset_state(one, 'error', attach_status='detached', migration_status='none')
assert demo.volumes.get(one.id).status == 'error'
admin.volumes.reset_state(one, 'available')

# Copies: of a snapshot, of a volume; reverted to the newest snapshot.
snapshot = demo.volume_snapshots.create(one.id, name='s')
becomes(demo.volume_snapshots, snapshot.id, 'available')
copy = volume(demo, 2, snapshot_id=snapshot.id, name='copy')
clone = volume(demo, 3, source_volid=one.id, name='clone')
assert (copy.snapshot_id, clone.source_volid, clone.size) == (snapshot.id, one.id, 3)
demo.volumes.revert_to_snapshot(one, snapshot)
becomes(demo.volumes, one.id, 'available')
assert 'snapshot' in refused(400, demo.volumes.delete, one)
demo.volumes.delete(one, cascade=True)
vanishes(demo.volumes, one.id)

# Another type, another host.
kinds = {}
for name in ('one', 'two'):
    kinds[name] = admin.volume_types.create(f'kind-{name}')
    kinds[name].set_keys({'volume_backend_name': name})
demo.volumes.retype(copy, 'kind-two', 'on-demand')
moved = until(lambda: admin.volumes.get(copy.id), lambda now: now.volume_type == 'kind-two' and now.status == 'available')
host = getattr(moved, 'os-vol-host-attr:host')
assert host.startswith('scoria@two'), host
hosts = {name.split('@')[1].split('#')[0]: name for name in (pool.name for pool in admin.pools.list())}
admin.volumes.migrate_volume(clone, hosts['two'] if hosts['one'] == getattr(admin.volumes.get(clone.id), 'os-vol-host-attr:host') else hosts['one'], False, False)
until(lambda: getattr(admin.volumes.get(clone.id), 'os-vol-mig-status-attr:migstat'), lambda now: now == 'success')
refused(400, admin.volumes.migrate_volume_completion, clone, copy, False)
refused(404, demo.volumes.get, '00000000-0000-4000-8000-000000000000')
assert sorted(found.name for found in demo.volumes.list(search_opts={'name': 'copy'})) == ['copy']
assert [found.id for found in admin.volumes.list(search_opts={'all_tenants': 1}, sort='size:desc', limit=1)] == [clone.id]
assert len(demo.volumes.list(detailed=False)) == 2
demo.volumes.delete(copy)
vanishes(demo.volumes, copy.id)
admin.volumes.force_delete(clone)
vanishes(demo.volumes, clone.id)
for kind in kinds.values():
    admin.volume_types.delete(kind)
print('ok')
