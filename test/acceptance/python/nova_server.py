"""Debian's Nova with what a block storage service needs of it: its API, its databases, and one host that is told.

    nova_server.py prepare CONF                          makes the databases
    nova_server.py add CONF SERVER PROJECT VOLUME ATTACHMENT HOST
                                                         a server that has a volume; HOST "-": no host has the server
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
from oslo_log import log as logging
from oslo_utils import timeutils

CONF = nova.conf.CONF
HOST = 'host-1'


def ready(conf):
    objects.register_all()
    config.parse_args(['nova', '--config-file', conf])
    logging.setup(CONF, 'nova')


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


def add(server, project, volume, attachment, host):
    admin, cell = in_cell()
    flavor = objects.Flavor(admin, name='f', memory_mb=64, vcpus=1, root_gb=0, ephemeral_gb=0, flavorid='f', swap=0,
                            rxtx_factor=1.0, vcpu_weight=0, disabled=False, is_public=True, extra_specs={}, id=1)
    objects.InstanceMapping(admin, instance_uuid=server, project_id=project, cell_mapping=cell, user_id='u').create()
    with context.target_cell(admin, cell) as there:
        objects.Instance(there, uuid=server, project_id=project, user_id='u', host=None if host == '-' else host,
                         node=host, vm_state='active', launched_at=timeutils.utcnow(), flavor=flavor, system_metadata={}, metadata={},
                         display_name='server').create()
        objects.BlockDeviceMapping(there, instance_uuid=server, volume_id=volume, source_type='volume',
                                   destination_type='volume', device_name='/dev/vdb', no_device=False,
                                   attachment_id=attachment, delete_on_termination=False,
                                   connection_info=json.dumps({'driver_volume_type': 'local', 'data': {}})).create()


def detach(server, volume):
    admin, cell = in_cell()
    with context.target_cell(admin, cell) as there:
        objects.BlockDeviceMapping.get_by_volume_and_instance(there, volume, server).destroy()


def host_of(path):
    """The compute manager of a host over a hypervisor that does nothing, with what of it deals with volumes."""
    import oslo_messaging
    from nova.compute import manager
    from nova.virt import fake
    from nova.volume import cinder

    class Host(manager.ComputeManager):
        target = oslo_messaging.Target(version='6.99')

        def __init__(self):
            # Not the rest of it: that asks for placement and networks.
            self.host = HOST
            self.driver = fake.FakeDriver(None)
            self.driver.init_host(HOST)
            self.volume_api = cinder.API()

        def external_instance_event(self, context, instances, events):
            for event in events:
                self.note({'name': event.name, 'server': event.instance_uuid, 'tag': event.tag, 'status': event.status})

        def swap_volume(self, context, old_volume_id, new_volume_id, instance, new_attachment_id):
            super().swap_volume(context, old_volume_id, new_volume_id, instance, new_attachment_id)
            bdm = objects.BlockDeviceMapping.get_by_volume_and_instance(context, old_volume_id, instance.uuid)
            self.note({'name': 'swapped', 'server': instance.uuid, 'tag': bdm.volume_id, 'status': bdm.attachment_id})

        @staticmethod
        def note(line):
            with open(path, 'a') as lines:
                lines.write(json.dumps(line) + '\n')

    return Host()


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
        rpc.TRANSPORT, oslo_messaging.Target(topic='compute', server=HOST), [host_of(events)], executor='threading',
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
