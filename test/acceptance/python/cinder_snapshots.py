"""cinderclient: snapshots with their metadata and actions, attachments."""
from common import becomes, both, refused, through_a_service, until, vanishes, volume

demo, admin = both()
source = volume(demo, name='source')

# Snapshots.
snapshot = demo.volume_snapshots.create(source.id, name='s', description='d', metadata={'a': '1'})
snapshot = becomes(demo.volume_snapshots, snapshot.id, 'available')
assert (snapshot.name, snapshot.description, snapshot.size, snapshot.metadata) == ('s', 'd', 1, {'a': '1'})
assert snapshot.progress == '100%' and snapshot.project_id, snapshot.to_dict()
demo.volume_snapshots.set_metadata(snapshot, {'b': '2'})
demo.volume_snapshots.delete_metadata(snapshot, ['a'])
assert demo.volume_snapshots.get(snapshot.id).metadata == {'b': '2'}
demo.volume_snapshots.update_all_metadata(snapshot, {'c': '3'})
demo.volume_snapshots.update(snapshot, name='renamed', description='new')
now = demo.volume_snapshots.get(snapshot.id)
assert (now.name, now.description, now.metadata) == ('renamed', 'new', {'c': '3'})
assert [one.id for one in demo.volume_snapshots.list(search_opts={'name': 'renamed'}, sort='name:asc', limit=5)] == [snapshot.id]
assert [one.id for one in demo.volume_snapshots.list(detailed=False)] == [snapshot.id]
refused(403, demo.volume_snapshots.reset_state, snapshot, 'error')
admin.volume_snapshots.reset_state(snapshot, 'creating')
demo.volume_snapshots.update_snapshot_status(snapshot, {'status': 'creating', 'progress': '40%'})
assert demo.volume_snapshots.get(snapshot.id).progress == '40%'
admin.volume_snapshots.delete(snapshot, force=True)
vanishes(demo.volume_snapshots, snapshot.id)
plain = demo.volume_snapshots.create(source.id)
becomes(demo.volume_snapshots, plain.id, 'available')
demo.volume_snapshots.delete(plain)
vanishes(demo.volume_snapshots, plain.id)

# Attachments: reserved, connected, completed, and gone; then all at once.
connector = {'initiator': 'iqn.1994-05.org.example:host', 'ip': '127.0.0.1', 'host': 'scoria', 'multipath': False,
             'os_type': 'linux', 'platform': 'x86_64', 'mountpoint': '/dev/vdb'}
server = '11111111-2222-4333-8444-555555555555'
reserved = demo.attachments.create(source.id, None, server, mode='rw')
assert demo.volumes.get(source.id).status == 'reserved'
connected = demo.attachments.update(reserved['id'], connector)
assert connected.connection_info['driver_volume_type'], connected.to_dict()
demo.attachments.complete(reserved['id'])
assert demo.volumes.get(source.id).status == 'in-use'
shown = demo.attachments.show(reserved['id'])
assert (shown.status, shown.instance, shown.volume_id, shown.attach_mode) == ('attached', server, source.id, 'rw')
assert [one.id for one in demo.attachments.list()] == [reserved['id']]
assert [one.id for one in demo.attachments.list(detailed=True, search_opts={'volume_id': source.id})] == [reserved['id']]
refused(409, demo.attachments.create, source.id, connector, server)
# While a server has it, only a service that acts for the user may take it away (CVE-2023-2088).
refused(409, demo.attachments.delete, reserved['id'])
nova = through_a_service()
nova.attachments.delete(reserved['id'])
becomes(demo.volumes, source.id, 'available')
whole = demo.attachments.create(source.id, connector, server)
assert whole['connection_info']['attachment_id'] == whole['id'], whole
nova.attachments.delete(whole['id'])
until(lambda: demo.attachments.list(), lambda left: left == [])
becomes(demo.volumes, source.id, 'available')
demo.volumes.delete(source)
vanishes(demo.volumes, source.id)
print('ok')
