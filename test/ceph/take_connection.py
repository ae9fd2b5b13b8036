"""What os-brick's RBD connector makes of a connection, as Cinder and Glance call it: prints what it read and wrote.

Reads JSON from standard input: {"connection": {...}, "keyring": "..."}; the keyring stands for the file of the host.
"""
import json
import sys

from os_brick.initiator import connector

given = json.load(sys.stdin)
connection = given["connection"]
brick = connector.InitiatorConnector.factory(connection["driver_volume_type"], None)
data = {**connection["data"], "keyring": given["keyring"]}
device = brick.connect_volume(data)
handle = device["path"]
is_valid = brick.check_valid_device(handle)
handle.seek(0)
read = handle.read(4).decode()
handle.seek(4)
handle.write(b"more")
handle.flush()
handle.seek(0, 2)
size = handle.tell()
brick.disconnect_volume(data, device)
json.dump({"connector": type(brick).__name__, "read": read, "size": size, "valid": is_valid}, sys.stdout)
