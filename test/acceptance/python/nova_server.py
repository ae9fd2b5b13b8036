"""Debian's Nova with what a block storage service needs of it: its API, its databases, and one host that is told.

    nova_server.py prepare CONF                          makes the databases
    nova_server.py add CONF SERVER PROJECT VOLUME HOST   a server that has a volume; HOST "-": no host has the server
    nova_server.py detach CONF SERVER VOLUME             the server does not have it any more
    nova_server.py serve CONF PORT EVENTS                the API on 127.0.0.1; what the host is told goes to EVENTS
"""
import json
import os
import sys

# Threads of its own, and not eventlet's: with those the API would wait for itself.
os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'yes'

import nova.conf
from nova import config, context, objects, rpc

CONF = nova.conf.CONF
HOST = 'host-1'


def ready(conf):
    objects.register_all()
    config.parse_args(['nova', '--config-file', conf])


def prepare():
    from nova.cmd import manage

    manage.ApiDbCommands().sync()
    cells = manage.CellV2Commands()
    cells.map_cell0(database_connection=CONF.database.connection.replace('nova.db', 'cell0.db'))
    manage.DbCommands().sync()
    cells.create_cell(name='cell1')


def in_cell():
    admin = context.get_admin_context()
    (cell,) = [one for one in objects.CellMappingList.get_all(admin) if not one.is_cell0()]
    return admin, cell


def add(server, project, volume, host):
    admin, cell = in_cell()
    flavor = objects.Flavor(admin, name='f', memory_mb=64, vcpus=1, root_gb=0, ephemeral_gb=0, flavorid='f', swap=0,
                            rxtx_factor=1.0, vcpu_weight=0, disabled=False, is_public=True, extra_specs={}, id=1)
    objects.InstanceMapping(admin, instance_uuid=server, project_id=project, cell_mapping=cell, user_id='u').create()
    with context.target_cell(admin, cell) as there:
        objects.Instance(there, uuid=server, project_id=project, user_id='u', host=None if host == '-' else host,
                         node=host, vm_state='active', flavor=flavor, system_metadata={}, metadata={},
                         display_name='server').create()
        objects.BlockDeviceMapping(there, instance_uuid=server, volume_id=volume, source_type='volume',
                                   destination_type='volume', device_name='/dev/vdb', no_device=False,
                                   attachment_id=None, delete_on_termination=False).create()


def detach(server, volume):
    admin, cell = in_cell()
    with context.target_cell(admin, cell) as there:
        objects.BlockDeviceMapping.get_by_volume_and_instance(there, volume, server).destroy()


class Told:
    """The compute manager of a host, as far as it is told of volumes."""

    import oslo_messaging

    target = oslo_messaging.Target(version='6.99')

    def __init__(self, path):
        self.path = path

    def external_instance_event(self, _context, instances, events):
        with open(self.path, 'a') as lines:
            for event in events:
                lines.write(json.dumps({'name': event.name, 'server': event.instance_uuid, 'tag': event.tag,
                                        'status': event.status}) + '\n')


def serve(conf, port, events):
    from wsgiref import simple_server
    import socketserver

    import oslo_messaging
    from nova.api import auth, openstack
    from nova.api.openstack import compute
    from keystonemiddleware import auth_token

    rpc.init(CONF)
    objects.Service.enable_min_version_cache()
    app = auth.NovaKeystoneContext(openstack.FaultWrapper(compute.APIRouterV21()))
    app = auth_token.AuthProtocol(app, {'oslo_config_config': CONF, 'oslo_config_project': 'nova'})
    told = oslo_messaging.get_rpc_server(
        rpc.TRANSPORT, oslo_messaging.Target(topic='compute', server=HOST), [Told(events)], executor='threading',
        serializer=rpc.RequestContextSerializer(objects.base.NovaObjectSerializer()))
    told.start()

    class Threaded(socketserver.ThreadingMixIn, simple_server.WSGIServer):
        daemon_threads = True

    def below(environ, start_response):
        environ['SCRIPT_NAME'], environ['PATH_INFO'] = '/v2.1', environ['PATH_INFO'].removeprefix('/v2.1')
        return app(environ, start_response)

    server = simple_server.make_server('127.0.0.1', int(port), below, server_class=Threaded)
    print('listening', flush=True)
    server.serve_forever()


if __name__ == '__main__':
    _, verb, conf, *rest = sys.argv
    ready(conf)
    {'prepare': prepare, 'add': add, 'detach': detach, 'serve': lambda *args: serve(conf, *args)}[verb](*rest)
