"""cinderclient: group types with their specs, groups, group snapshots, and the consistency groups that came before."""
from common import becomes, both, refused, until, vanishes, volume

demo, admin = both()

# Group types and their specs.
kind = admin.group_types.create('plain', description='d')
kind.set_keys({'consistent_group_snapshot_enabled': '<is> False', 'a': '1'})
kind.unset_keys(['consistent_group_snapshot_enabled'])
assert kind.get_keys() == {'a': '1'}
_, body = admin.client.get(f'/group_types/{kind.id}/group_specs/a')
assert body == {'a': '1'}, body
admin.client.put(f'/group_types/{kind.id}/group_specs/a', body={'a': '2'})
kind.unset_keys(['a'])
kind = admin.group_types.update(kind, name='generic', description='new', is_public=True)
assert (kind.name, kind.description) == ('generic', 'new')
assert demo.group_types.get(kind.id).name == 'generic'
assert 'generic' in [one.name for one in demo.group_types.list()]
assert demo.group_types.default().id
refused(403, demo.group_types.create, 'mine')

# Groups: made, filled, changed, copied.
# On one back end: a volume of another one cannot join.
backend = admin.pools.list(detailed=True)[0].volume_backend_name
grouped = admin.volume_types.create('grouped')
grouped.set_keys({'volume_backend_name': backend})
kinds = grouped.id
group = becomes(demo.groups, demo.groups.create(kind.id, kinds, name='g', description='d').id, 'available')
inside = volume(demo, name='inside', group_id=group.id, volume_type=kinds)
outside = volume(demo, name='outside', volume_type=kinds)
demo.groups.update(group, name='renamed', add_volumes=outside.id)
becomes(demo.groups, group.id, 'available')
assert sorted(demo.groups.get(group.id, list_volume=True).volumes) == sorted([inside.id, outside.id])
demo.groups.update(group, remove_volumes=outside.id)
becomes(demo.groups, group.id, 'available')
assert [one.name for one in demo.groups.list()] == ['renamed']
assert [one.name for one in demo.groups.list(detailed=False, search_opts={'name': 'renamed'})] == ['renamed']
admin.groups.reset_state(group, 'error')
assert demo.groups.get(group.id).status == 'error'
admin.groups.reset_state(group, 'available')

# Group snapshots, and groups of either.
snapshot = demo.group_snapshots.create(group.id, name='gs')
snapshot = becomes(demo.group_snapshots, snapshot.id, 'available')
assert (snapshot.group_id, snapshot.name) == (group.id, 'gs')
(member,) = demo.volume_snapshots.list(search_opts={'volume_id': inside.id})
assert member.group_snapshot_id == snapshot.id
assert [one.id for one in demo.group_snapshots.list()] == [snapshot.id]
assert [one.id for one in demo.group_snapshots.list(detailed=False)] == [snapshot.id]
of_snapshot = demo.groups.create_from_src(snapshot.id, None, name='of-snapshot')['id']
of_group = demo.groups.create_from_src(None, group.id, name='of-group')['id']
for one in (of_snapshot, of_group):
    becomes(demo.groups, one, 'available')
    assert len(demo.groups.get(one, list_volume=True).volumes) == 1
admin.group_snapshots.reset_state(snapshot, 'error')
assert demo.group_snapshots.get(snapshot.id).status == 'error'
admin.group_snapshots.reset_state(snapshot, 'available')
demo.group_snapshots.delete(snapshot)
vanishes(demo.group_snapshots, snapshot.id)

# Replication: none of these back ends does it, and that is said.
for refusing in (demo.groups.enable_replication, demo.groups.disable_replication, demo.groups.failover_replication):
    assert 'replicat' in refused(400, refusing, group).lower()
assert 'replicat' in refused(400, demo.groups.list_replication_targets, group).lower()

refused(400, demo.groups.delete, group)
for one in (of_snapshot, of_group, group.id):
    demo.groups.delete(one, delete_volumes=True)
    vanishes(demo.groups, one)
vanishes(demo.volumes, inside.id)
admin.group_types.delete(kind)

# Consistency groups.
old, old_admin = both('3.0')
kind = old_admin.volume_types.create('together')
cg = becomes(old.consistencygroups, old.consistencygroups.create('together', name='cg', description='d').id, 'available')
member = becomes(old.volumes, old.volumes.create(1, volume_type='together', consistencygroup_id=cg.id).id, 'available')
assert member.consistencygroup_id == cg.id
old.consistencygroups.update(cg, name='renamed', description='new')
assert becomes(old.consistencygroups, cg.id, 'available').name == 'renamed'
assert [one.id for one in old.consistencygroups.list()] == [cg.id]
assert [one.id for one in old.consistencygroups.list(detailed=False)] == [cg.id]
taken = becomes(old.cgsnapshots, old.cgsnapshots.create(cg.id, name='cgs').id, 'available')
assert [one.id for one in old.cgsnapshots.list()] == [taken.id]
assert [one.id for one in old.cgsnapshots.list(detailed=False)] == [taken.id]
copies = [old.consistencygroups.create_from_src(taken.id, None, name='of-snapshot')['id'],
          old.consistencygroups.create_from_src(None, cg.id, name='of-group')['id']]
for copy in copies:
    becomes(old.consistencygroups, copy, 'available')
old.cgsnapshots.delete(taken)
vanishes(old.cgsnapshots, taken.id)
for one in (*copies, cg.id):
    old.consistencygroups.delete(one, force=True)
    vanishes(old.consistencygroups, one)
old.volumes.delete(outside)
vanishes(old.volumes, outside.id)
old_admin.volume_types.delete(kind)
admin.volume_types.delete(grouped)
print('ok')
