"""What os-brick makes of a connection, as Nova asks it: prints the device, and the mounts that it would have made.

Reads JSON from standard input: {"connection": {...}, "mount_base": "/...", "directory": "/..."}. In place of the kernel's
mount a share is the directory.
"""
import json
import os
import sys

from os_brick.initiator import connector

given = json.load(sys.stdin)
connection = given["connection"]
mounts = []


def execute(*command, **_):
    if command[0] == "mkdir":
        os.makedirs(command[-1], exist_ok=True)
    elif command[0] == "mount":
        mounts.append(list(command))
        os.rmdir(command[-1])
        os.symlink(given["directory"], command[-1])
    else:
        raise RuntimeError(f"os-brick runs {command}")
    return "", ""


brick = connector.InitiatorConnector.factory(
    connection["driver_volume_type"],
    None,
    execute=execute,
    conn=connection,
    nfs_mount_point_base=given["mount_base"],
)
device = brick.connect_volume(connection["data"])
brick.disconnect_volume(connection["data"], device)
json.dump({"device": device, "mounts": mounts, "connector": type(brick).__name__}, sys.stdout)
