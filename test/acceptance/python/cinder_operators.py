"""cinderclient: what operators ask of a service: services, hosts, pools, capabilities, clusters, workers, manageable
volumes and snapshots, extensions, filters, zones, limits."""
from common import becomes, both, refused, until, vanishes, volume

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

# Clusters: none is made here; what there is not cannot be shown or changed.
assert admin.clusters.list() == [] and admin.clusters.list(detailed=True) == []
refused(404, admin.clusters.show, 'nothing')
for disabled in (True, False):
    assert refused(404, admin.clusters.update, 'nothing', 'cinder-volume', disabled)

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
