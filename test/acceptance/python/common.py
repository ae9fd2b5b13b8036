"""What the scripts share: clients of a member and of an admin, waits, and refusals. An assertion that fails ends a script.

Each script works in a project of its own, which it makes, so that what one leaves behind is in no other's way.
"""
import secrets
import time

import openstack
from cinderclient import client, exceptions
from keystoneauth1 import service_token, session

# cinderclient 9.1 knows no newer one.
NEWEST = '3.70'

admin_cloud = openstack.connect(cloud='scoria-admin')


def of_a_new_project(role):
    """A user with this role on a project that is made for it."""
    identity = admin_cloud.identity
    name = f'{role}-{secrets.token_hex(4)}'
    password = secrets.token_hex(12)
    project = identity.create_project(name=name, domain_id='default')
    user = identity.create_user(name=name, domain_id='default', password=password)
    identity.assign_project_role_to_user(project, user, identity.find_role(role))
    auth = {'auth_url': admin_cloud.config.config['auth']['auth_url'], 'username': name, 'password': password,
            'project_name': name, 'user_domain_id': 'default', 'project_domain_id': 'default'}
    return openstack.connect(auth=auth, region_name=admin_cloud.config.region_name)


demo_cloud = of_a_new_project('member')


def cinder(cloud, version=NEWEST):
    return client.Client(version, session=cloud.session)


def through_a_service():
    """cinderclient as Nova has it: the member's token beside the service's own."""
    service = of_a_new_project('service')
    auth = service_token.ServiceTokenAuthWrapper(user_auth=demo_cloud.session.auth, service_auth=service.session.auth)
    return client.Client(NEWEST, session=session.Session(auth=auth))


def both(version=NEWEST):
    """cinderclient for a member of a project, and for an admin."""
    return cinder(demo_cloud, version), cinder(admin_cloud, version)


def until(ask, wanted, seconds=120):
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if wanted(answer):
            return answer
        assert time.monotonic() < end, f'never became as wanted: {answer}'
        time.sleep(0.1)


def becomes(manager, id, status):
    """Waits as clients do: an error that was not waited for ends it."""
    def is_there(resource):
        assert resource.status == status or not resource.status.startswith('error'), resource.to_dict()
        return resource.status == status
    return until(lambda: manager.get(id), is_there)


def vanishes(manager, id):
    def is_gone():
        try:
            manager.get(id)
        except exceptions.NotFound:
            return True
        return False
    until(is_gone, bool)


def refused(code, call, *args, **kwargs):
    """The call must be refused with this status; returns the message."""
    try:
        call(*args, **kwargs)
    except exceptions.ClientException as error:
        assert error.code == code, f'{error.code} rather than {code}: {error}'
        return str(error)
    raise AssertionError(f'{call} was not refused')


def volume(cinder_client, size=1, **kwargs):
    """A volume that has become available."""
    return becomes(cinder_client.volumes, cinder_client.volumes.create(size, **kwargs).id, 'available')
