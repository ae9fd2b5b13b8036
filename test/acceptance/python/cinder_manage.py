"""cinderclient: volumes and snapshots that leave our care and come back, in both forms of the paths."""
from common import becomes, both, refused, until, vanishes, volume

demo, admin = both()
old_demo, old_admin = both('3.0')
kind = admin.volume_types.create('managed')
kind.set_keys({'volume_backend_name': 'one'})

for client in (admin, old_admin):
    made = volume(admin, name='mine', volume_type='managed')
    host = getattr(made, 'os-vol-host-attr:host')
    taken = becomes(admin.volume_snapshots, admin.volume_snapshots.create(made.id).id, 'available')
    client.volume_snapshots.unmanage(taken)
    vanishes(admin.volume_snapshots, taken.id)
    (found,) = [one for one in client.volume_snapshots.list_manageable(host) if one.safe_to_manage]
    assert found.source_reference, found.to_dict()
    assert client.volume_snapshots.list_manageable(host, detailed=False)
    back = client.volume_snapshots.manage(made.id, found.reference, name='back')
    becomes(admin.volume_snapshots, back.id, 'available')
    admin.volume_snapshots.delete(back)
    vanishes(admin.volume_snapshots, back.id)
    client.volumes.unmanage(made)
    vanishes(admin.volumes, made.id)
    (found,) = [one for one in client.volumes.list_manageable(host) if one.safe_to_manage]
    assert client.volumes.list_manageable(host, detailed=False)
    back = client.volumes.manage(host, found.reference, name='back', volume_type='managed', metadata={'k': 'v'})
    back = becomes(admin.volumes, back.id, 'available')
    assert (back.name, back.size, back.metadata) == ('back', 1, {'k': 'v'})
    admin.volumes.delete(back)
    vanishes(admin.volumes, back.id)
refused(403, demo.volumes.list_manageable, host)
admin.volume_types.delete(kind)
print('ok')
