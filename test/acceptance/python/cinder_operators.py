"""cinderclient: what operators ask of a service: services, hosts, pools, capabilities, clusters, workers, manageable
volumes and snapshots, extensions, filters, zones, limits. The service's back ends are in the cluster `east`."""
import subprocess

from common import NEWEST, admin_cloud, both, refused, until, vanishes, volume

demo, admin = both()

# Services.
services = admin.services.list()
assert {one.binary for one in services} >= {'cinder-scheduler', 'cinder-volume', 'cinder-backup'}, services
host = 'scoria@one'
(service,) = admin.services.list(host=host, binary='cinder-volume')
assert (service.status, service.state, service.backend_state) == ('enabled', 'up', 'up'), service.to_dict()
admin.services.disable(host, 'cinder-volume')
assert admin.services.list(host=host, binary='cinder-volume')[0].status == 'disabled'
admin.services.disable_log_reason(host, 'cinder-volume', 'being mended')
assert admin.services.list(host=host, binary='cinder-volume')[0].disabled_reason == 'being mended'
admin.services.enable(host, 'cinder-volume')
assert admin.services.list(host=host, binary='cinder-volume')[0].status == 'enabled'
admin.services.freeze_host(host)
admin.services.thaw_host(host)
refused(403, demo.services.list)
levels = admin.services.get_log_levels('', '', '')
assert levels, 'a service has a log level'
admin.services.set_log_levels('warning', '', '', '')
assert {one.level.lower() for one in admin.services.get_log_levels('', '', '')} == {'warning'}
admin.services.set_log_levels('info', '', '', '')
assert admin.services.server_api_version()[0].version >= '3.70'

# Hosts, pools, capabilities. cinderclient has no manager for hosts any more.
_, body = admin.client.get('/os-hosts')
names = [one['host_name'] for one in body['hosts']]
assert 'scoria@one' in names and 'scoria@two' in names, names
_, body = admin.client.get('/os-hosts/scoria@one')
assert body['host'][0]['resource']['project'] == '(total)', body
for update in ('disable', 'enable'):
    _, body = admin.client.put('/os-hosts/scoria@one', body={'status': update})
pools = admin.pools.list(detailed=True)
assert {one.name.split('#')[0] for one in pools} == {'scoria@one', 'scoria@two'}, pools
assert len(admin.volumes.get_pools(True, {})._info['pools']) == 2
capabilities = admin.capabilities.get(host)
assert capabilities.volume_backend_name == 'one', capabilities.to_dict()

# Clusters: by the managers of the library.
assert {one.cluster for one in admin.services.list(binary='cinder-volume')} == {'east@one', 'east@two'}
assert [one.name for one in admin.clusters.list()] == ['east@one', 'east@two']
(one,) = admin.clusters.list(name='east@one', is_up=True, num_hosts=1, detailed=True)
assert (one.state, one.status, one.num_hosts, one.num_down_hosts) == ('up', 'enabled', 1, 0), one.to_dict()
assert (one.frozen, one.active_backend_id, one.replication_status) == (False, None, 'disabled'), one.to_dict()
assert one.last_heartbeat and one.created_at and one.disabled_reason is None, one.to_dict()
changed = admin.clusters.update('east@one', 'cinder-volume', True, 'being mended')
assert (changed.status, changed.disabled_reason) == ('disabled', 'being mended'), changed.to_dict()
assert [one.name for one in admin.clusters.list(disabled=True)] == ['east@one']
assert {one.name.split('#')[0] for one in admin.pools.list()} == {'scoria@two'}, 'nothing is placed there'
kind = admin.volume_types.create('in-east')
kind.set_keys({'volume_backend_name': 'two'})
made = volume(admin, volume_type='in-east')
assert admin.volumes.get(made.id).cluster_name == 'east@two#pool', made.to_dict()
refused(400, admin.volumes.migrate_volume, made, None, False, False, 'east@one')
assert admin.clusters.update('east@one', 'cinder-volume', False).status == 'enabled'
refused(404, admin.clusters.show, 'nothing')
for disabled in (True, False):
    assert refused(404, admin.clusters.update, 'nothing', 'cinder-volume', disabled)
assert admin.workers.clean(cluster_name='east@one') == ([], [])
(found,) = [item for item in admin.volumes.list_manageable(None, cluster='east@two') if item.cinder_id == made.id]
assert not found.safe_to_manage, found.to_dict()
admin.volumes.unmanage(made)
vanishes(admin.volumes, made.id)
back = admin.volumes.manage(None, found.reference, volume_type='in-east', cluster='east@two')
back = until(lambda: admin.volumes.get(back.id), lambda one: one.status not in ('creating', 'managing'))
assert (back.status, back.cluster_name) == ('available', 'east@two#pool'), back.to_dict()
admin.volumes.delete(back)
vanishes(admin.volumes, back.id)
admin.volume_types.delete(kind)

# And by the commands.
auth = admin_cloud.config.config['auth']
environment = {'PATH': '/usr/bin:/bin', 'OS_VOLUME_API_VERSION': NEWEST, 'OS_AUTH_URL': auth['auth_url'],
               'OS_USERNAME': auth['username'], 'OS_PASSWORD': auth['password'], 'OS_PROJECT_NAME': auth['project_name'],
               'OS_USER_DOMAIN_ID': 'default', 'OS_PROJECT_DOMAIN_ID': 'default', 'OS_IDENTITY_API_VERSION': '3'}


def cinder_command(*words):
    ended = subprocess.run(['cinder', *words], env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in ended.stdout.splitlines() if line[0] == '|']


rows = cinder_command('cluster-list', '--detailed')
assert [row[0] for row in rows] == ['Name', 'east@one', 'east@two'], rows
assert dict(cinder_command('cluster-show', 'east@one'))['status'] == 'enabled'
assert dict(cinder_command('cluster-disable', 'east@one', '--reason', 'being mended'))['disabled_reason'] == 'being mended'
shown = dict(cinder_command('cluster-show', 'east@one'))
assert (shown['status'], shown['disabled_reason']) == ('disabled', 'being mended'), shown
assert dict(cinder_command('cluster-enable', 'east@one'))['status'] == 'enabled'

# Workers: what nobody has claimed is sent again.
cleaning, unavailable = admin.workers.clean(binary='cinder-volume')
assert unavailable == [], unavailable

# Zones, extensions, filters.
assert [one.zoneName for one in demo.availability_zones.list()] == ['nova']
_, body = demo.client.get('/extensions')
assert 'os-quota-sets' in [one['alias'] for one in body['extensions']]
_, body = demo.client.get('/extensions/os-quota-sets')
assert body['extension']['alias'] == 'os-quota-sets'
assert {one.resource for one in demo.resource_filters.list()} >= {'volume', 'snapshot', 'backup'}
(filters,) = demo.resource_filters.list('volume')
assert 'name' in filters.filters
print('ok')
