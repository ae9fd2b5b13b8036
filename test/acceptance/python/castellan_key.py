"""The key of an encrypted volume, fetched as Nova fetches it: by castellan's BarbicanKeyManager, through the catalog."""
import openstack
from castellan.common import exception
from castellan.common.credentials import keystone_token
from castellan.key_manager import barbican_key_manager
from oslo_config import cfg

admin = openstack.connect(cloud='scoria-admin')
demo = openstack.connect(cloud='scoria')


def manager_of(cloud):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    manager = barbican_key_manager.BarbicanKeyManager(conf)
    context = keystone_token.KeystoneToken(
        token=cloud.auth_token, auth_url=cloud.config.auth['auth_url'], project_id=cloud.current_project_id)
    return manager, context


admin.block_storage.create_type(name='castellan')
kind = admin.block_storage.find_type('castellan')
told = admin.block_storage.post(f'/types/{kind.id}/encryption', json={'encryption': {
    'provider': 'luks', 'control_location': 'front-end', 'cipher': 'aes-xts-plain64', 'key_size': 256}})
assert told.status_code == 200, told.text

storage = demo.block_storage
made = storage.create_volume(name='castellan', size=1, volume_type='castellan')
volume = storage.wait_for_status(made, status='available', failures=['error'], interval=0.2, wait=60)
assert volume.is_encrypted, volume
known = storage.get(f'/volumes/{volume.id}/encryption').json()
key_id = known['encryption_key_id']

manager, context = manager_of(demo)
key = manager.get(context, key_id)
assert (key.algorithm, key.bit_length, len(key.get_encoded())) == ('aes', 256, 32), key
assert key.id == key_id and key.name == f'volume {volume.id}', (key.id, key.name)
assert key.created is not None

# A clone has a key of its own with the same bytes.
copy = storage.create_volume(name='castellan-copy', size=1, source_volume_id=volume.id)
copy = storage.wait_for_status(copy, status='available', failures=['error'], interval=0.2, wait=60)
copied = storage.get(f'/volumes/{copy.id}/encryption').json()['encryption_key_id']
assert copied != key_id and manager.get(context, copied).get_encoded() == key.get_encoded()

# An admin reaches it (live migration); what is not there is not found.
assert manager_of(admin)[0].get(manager_of(admin)[1], key_id).get_encoded() == key.get_encoded()
for absent in ['99999999-9999-4999-8999-999999999999']:
    try:
        manager.get(context, absent)
    except exception.ManagedObjectNotFoundError:
        pass
    else:
        raise AssertionError('a key that is not there was found')

# It goes with its volume.
storage.delete_volume(volume)
storage.wait_for_delete(volume, interval=0.2, wait=60)
try:
    manager.get(context, key_id)
except exception.ManagedObjectNotFoundError:
    pass
else:
    raise AssertionError('the key has outlived its volume')
print('ok')
