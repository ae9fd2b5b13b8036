"""cinderclient: writes a volume of the cloud `scoria` over with an image; openstackclient 6.0 has no word for it."""
import sys
import time

import openstack
from cinderclient import client

volume, image = sys.argv[1:]
cinder = client.Client('3.68', session=openstack.connect(cloud='scoria').session)
cinder.volumes.reimage(volume, image)
end = time.monotonic() + 120
while (seen := cinder.volumes.get(volume)).status != 'available':
    assert seen.status == 'downloading', seen.to_dict()
    assert time.monotonic() < end
    time.sleep(0.1)
print('ok')
