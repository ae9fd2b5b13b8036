"""cinderclient: volume types with access, extra specs and encryption; QoS specs; quotas; default types."""
from common import becomes, both, demo_cloud, refused, vanishes, volume

demo, admin = both()
project = demo_cloud.current_project_id

# Types and who may use them.
kind = admin.volume_types.create('private', description='d', is_public=False)
assert 'private' not in [one.name for one in demo.volume_types.list()]
refused(404, demo.volumes.create, 1, volume_type=kind.id)
admin.volume_type_access.add_project_access(kind, project)
refused(409, admin.volume_type_access.add_project_access, kind, project)
assert [one.project_id for one in admin.volume_type_access.list(kind)] == [project]
assert demo.volume_types.get(kind.id).name == 'private'
admin.volume_type_access.remove_project_access(kind, project)
assert admin.volume_type_access.list(kind) == []
refused(403, demo.volume_types.create, 'mine')
kind = admin.volume_types.update(kind, name='public', description='new', is_public=True)
assert (kind.name, kind.description, kind.is_public) == ('public', 'new', True)
assert demo.volume_types.default().name == '__DEFAULT__'

# Extra specs.
kind.set_keys({'a': '1', 'b': '2'})
kind.unset_keys(['a'])
assert kind.get_keys() == {'b': '2'}
_, body = admin.client.get(f'/types/{kind.id}/extra_specs/b')
assert body == {'b': '2'}, body
admin.client.put(f'/types/{kind.id}/extra_specs/b', body={'b': '3'})
assert admin.volume_types.get(kind.id).extra_specs == {'b': '3'}
kind.unset_keys(['b'])

# Encryption settings.
settings = {'provider': 'luks', 'cipher': 'aes-xts-plain64', 'key_size': 256, 'control_location': 'front-end'}
admin.volume_encryption_types.create(kind, settings)
admin.volume_encryption_types.update(kind, {'key_size': 512})
seen = admin.volume_encryption_types.get(kind)
assert (seen.provider, seen.cipher, seen.key_size) == ('luks', 'aes-xts-plain64', 512), seen.to_dict()
_, body = admin.client.get(f'/types/{kind.id}/encryption/cipher')
assert body == {'cipher': 'aes-xts-plain64'}, body
assert [one.volume_type_id for one in admin.volume_encryption_types.list()] == [kind.id]
admin.volume_encryption_types.delete(kind)
assert admin.volume_encryption_types.list() == []

# QoS specs.
qos = admin.qos_specs.create('fast', {'consumer': 'back-end', 'total_iops_sec': '100'})
assert (qos.consumer, qos.specs) == ('back-end', {'total_iops_sec': '100'})
admin.qos_specs.set_keys(qos.id, {'total_iops_sec': '200', 'read_bytes_sec': '5'})
admin.qos_specs.unset_keys(qos.id, ['read_bytes_sec'])
assert admin.qos_specs.get(qos.id).specs == {'total_iops_sec': '200'}
assert [one.name for one in admin.qos_specs.list()] == ['fast']
admin.qos_specs.associate(qos, kind.id)
assert [one.id for one in admin.qos_specs.get_associations(qos)] == [kind.id]
refused(400, admin.qos_specs.delete, qos)
admin.qos_specs.disassociate(qos, kind.id)
admin.qos_specs.associate(qos, kind.id)
admin.qos_specs.disassociate_all(qos)
assert admin.qos_specs.get_associations(qos) == []
admin.qos_specs.associate(qos, kind.id)
admin.qos_specs.delete(qos, force=True)
assert admin.qos_specs.list() == []

# The default type of a project.
admin.default_types.create(kind.id, project)
assert [(one.project_id, one.volume_type_id) for one in admin.default_types.list()] == [(project, kind.id)]
assert demo.volume_types.default().id == kind.id
made = volume(demo)
assert made.volume_type == 'public'
demo.volumes.delete(made)
vanishes(demo.volumes, made.id)
assert admin.default_types.list(project).volume_type_id == kind.id
admin.default_types.delete(project)
assert admin.default_types.list() == []

# Quotas of projects and of classes.
defaults = admin.quotas.defaults(project)
admin.quotas.update(project, volumes=3, volumes_public=2)
quota = admin.quotas.get(project)
assert (quota.volumes, quota.volumes_public) == (3, 2)
assert admin.quotas.get(project, usage=True).gigabytes['in_use'] == 0
assert demo.quotas.get(project).volumes == 3
refused(403, demo.quotas.update, project, volumes=100)
admin.quotas.delete(project)
assert admin.quotas.get(project).volumes == defaults.volumes
before = admin.quota_classes.get('default').backups
admin.quota_classes.update('default', backups=before + 1)
assert admin.quotas.defaults(project).backups == before + 1
admin.quota_classes.update('default', backups=before)
limits = {limit.name: limit.value for limit in demo.limits.get().absolute}
assert limits['maxTotalVolumes'] == defaults.volumes, limits
admin.volume_types.delete(kind)
refused(404, admin.volume_types.get, kind.id)
print('ok')
