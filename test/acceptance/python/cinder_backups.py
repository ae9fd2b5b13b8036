"""cinderclient: backups, full and incremental, restored, exported and imported; transfers in both forms; messages."""
import base64
import json
import uuid

from common import becomes, both, refused, until, vanishes, volume


def encoded(fields):
    return base64.b64encode(json.dumps(fields).encode()).decode()



demo, admin = both()
source = volume(demo, name='source')

# Backups.
full = demo.backups.create(source.id, name='full', description='d', metadata={'a': '1'}, availability_zone=None)
full = becomes(demo.backups, full.id, 'available')
assert (full.name, full.volume_id, full.is_incremental, full.metadata) == ('full', source.id, False, {'a': '1'})
part = demo.backups.create(source.id, name='part', incremental=True)
part = becomes(demo.backups, part.id, 'available')
assert part.is_incremental and demo.backups.get(full.id).has_dependent_backups
refused(400, demo.backups.delete, full)
demo.backups.update(full, name='renamed', description='new', metadata={'b': '2'})
now = demo.backups.get(full.id)
assert (now.name, now.description, now.metadata) == ('renamed', 'new', {'b': '2'})
assert sorted(one.name for one in demo.backups.list(sort='name:asc')) == ['part', 'renamed']
assert [one.id for one in demo.backups.list(detailed=False, search_opts={'name': 'part'})] == [part.id]
restored = demo.restores.restore(part.id, name='restored')
becomes(demo.volumes, restored.volume_id, 'available')
again = demo.restores.restore(full.id, volume_id=restored.volume_id)
assert again.volume_id == restored.volume_id
becomes(demo.volumes, restored.volume_id, 'available')
becomes(demo.backups, full.id, 'available')
copy = volume(demo, backup_id=full.id)
snapshot = becomes(demo.volume_snapshots, demo.volume_snapshots.create(source.id).id, 'available')
of_snapshot = becomes(demo.backups, demo.backups.create(source.id, snapshot_id=snapshot.id).id, 'available')
assert of_snapshot.snapshot_id == snapshot.id
refused(403, demo.backups.export_record, full.id)
record = admin.backups.export_record(of_snapshot.id)
# The same data in a second record: another id in the record is as a database that knew nothing of the first.
fields = json.loads(base64.b64decode(record['backup_url']))
second = str(uuid.uuid4())
imported = admin.backups.import_record(record['backup_service'], encoded({**fields, 'id': second}))
assert imported['id'] == second, imported
becomes(admin.backups, second, 'available')
restored_of_it = admin.restores.restore(second)
becomes(admin.volumes, restored_of_it.volume_id, 'available')
admin.volumes.delete(restored_of_it.volume_id)
becomes(admin.backups, second, 'available')
admin.backups.reset_state(second, 'error')
assert admin.backups.get(second).status == 'error'
admin.backups.delete(second, force=True)
vanishes(admin.backups, second)
becomes(demo.backups, of_snapshot.id, 'available')
demo.backups.delete(of_snapshot)
vanishes(demo.backups, of_snapshot.id)
for one in (part, full):
    demo.backups.delete(one)
    vanishes(demo.backups, one.id)
demo.volume_snapshots.delete(snapshot)
vanishes(demo.volume_snapshots, snapshot.id)

# Transfers: os-volume-transfer, and volume-transfers from 3.55 on. The admin's project takes each volume and gives it
# back.
for version in ('3.0', '3.70'):
    giver, taker = both(version)
    offer = giver.transfers.create(source.id, name=f'at {version}')
    assert offer.auth_key and giver.volumes.get(source.id).status == 'awaiting-transfer'
    assert giver.transfers.get(offer.id).name == f'at {version}'
    assert [one.id for one in giver.transfers.list()] == [offer.id]
    assert [one.id for one in giver.transfers.list(detailed=False)] == [offer.id]
    giver.transfers.delete(offer.id)
    assert giver.volumes.get(source.id).status == 'available'
    offer = giver.transfers.create(source.id)
    assert refused(400, taker.transfers.accept, offer.id, 'wrong')
    taker.transfers.accept(offer.id, offer.auth_key)
    assert refused(404, giver.volumes.get, source.id)
    back = taker.transfers.create(source.id)
    giver.transfers.accept(back.id, back.auth_key)
    assert giver.volumes.get(source.id).status == 'available'

# Messages.
lost = demo.volumes.create(1, scheduler_hints={'same_host': ['00000000-0000-4000-8000-000000000000']})
kind = admin.volume_types.create('nowhere')
kind.set_keys({'volume_backend_name': 'nowhere'})
error = demo.volumes.create(1, volume_type='nowhere')
until(lambda: demo.volumes.get(error.id).status, lambda status: status == 'error')
(message,) = demo.messages.list(search_opts={'resource_uuid': error.id}, limit=10)
assert demo.messages.get(message.id).message_level == 'ERROR'
demo.messages.delete(message.id)
refused(404, demo.messages.get, message.id)
until(lambda: demo.volumes.get(lost.id).status, lambda status: status in ('error', 'available'))
for one in (source.id, restored.volume_id, copy.id, error.id, lost.id):
    demo.volumes.delete(one)
    vanishes(demo.volumes, one)
admin.volume_types.delete(kind)
print('ok')
