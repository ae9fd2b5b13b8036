"""What os-brick's iSCSI connector makes of a connection, as Nova asks it: prints the device, the record of the node that
it logged in with, and what is left of records and sessions when it has disconnected.

Reads JSON from standard input: {"connection": {...}, "initiator": "iqn..."}. In place of the kernel's initiator stands
qemu's: a login and a scan really ask the target, with what os-brick wrote into the record and with nothing else.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from os_brick import utils
from os_brick.initiator import connector
from oslo_concurrency import lockutils, processutils

given = json.load(sys.stdin)
connection = given["connection"]
root = tempfile.mkdtemp(prefix="scoria-brick-")
lockutils.set_defaults(root)
utils._time_sleep = lambda _: None

HOST, SESSION, DEVICE = "7", "3", "sdscoria"
BUS = f"{root}/sys/class/%s/host{HOST}/device/session{SESSION}/target{HOST}:0:0"
records, sessions, kept = {}, {}, {}


def in_sysfs(pattern, **_):
    return [path[len(root):] for path in files(root + pattern)]


files, glob.glob = glob.glob, in_sysfs


def on_target(record, lun, *commands):
    """Runs commands of qemu-io on a LUN, as the initiator of this host."""
    words = {"transport": "tcp", "portal": record["portal"], "target": record["iqn"], "lun": lun}
    words["initiator-name"] = given["initiator"]
    secret = []
    if record.get("node.session.auth.authmethod") == "CHAP":
        words |= {"user": record["node.session.auth.username"], "password-secret": "s"}
        secret = ["--object", f"secret,id=s,data={record['node.session.auth.password']}"]
    options = ",".join(f"file.{key}={value}" for key, value in words.items())
    asked = [word for command in commands for word in ("-c", command)]
    program = ["qemu-io", *secret, *asked, "--image-opts", f"driver=raw,file.driver=iscsi,{options}"]
    # A target that refuses is asked again for ever.
    done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    return done.stdout if done.returncode == 0 and "can't open" not in done.stdout else None


def node(words):
    """iscsiadm --mode node, for one target or for all."""
    if "-T" not in words:
        return "".join(f"{portal},1 {iqn}\n" for iqn, portal in records), ""
    key = iqn, portal = words[words.index("-T") + 1], words[words.index("-p") + 1]
    if "new" in words:
        records[key] = {"iqn": iqn, "portal": portal}
    elif key not in records:
        return "", "iscsiadm: No records found"
    elif "update" in words:
        records[key][words[words.index("-n") + 1]] = words[words.index("-v") + 1]
    elif "--login" in words:
        # The well-known LUN of a target; it opens for whoever may log in.
        if on_target(records[key], connection["data"]["target_lun"], "length") is None:
            raise processutils.ProcessExecutionError(exit_code=24)
        sessions[key] = kept["login"] = dict(records[key])
        os.makedirs(BUS % "iscsi_host")
    elif "--logout" in words:
        sessions.pop(key)
    elif "delete" in words:
        records.pop(key)
    return "", ""


def scan(path, lines):
    """The kernel finds the LUN that it is told to look for, where there is one."""
    channel, target, lun = re.fullmatch(r"(\S+) (\S+) (\S+)", lines).groups()
    (record,) = sessions.values()
    kept["size"] = on_target(record, lun, "length")
    if kept["size"] is not None:
        os.makedirs(f"{BUS % 'scsi_host'}/{HOST}:{channel}:{target}:{lun}/block/{DEVICE}")
    return path, ""


def execute(*command, process_input=None, **_):
    program, *words = command
    if program == "iscsiadm" and words[1] == "node":
        return node(words)
    if program == "iscsiadm" and words[1] == "session":
        lines = [f"tcp: [{SESSION}] {portal},1 {iqn} (non-flash)\n" for iqn, portal in sessions]
        return "".join(lines), ""
    if program == "iscsiadm" and words[1] == "discoverydb":
        return "SENDTARGETS:\nNo targets found.\n", ""
    if program == "tee":
        return scan(words[-1], process_input)
    if program == "multipathd":
        raise processutils.ProcessExecutionError(exit_code=1)
    raise RuntimeError(f"os-brick runs {command}")


brick = connector.InitiatorConnector.factory(
    connection["driver_volume_type"], None, execute=execute, conn=connection
)
brick._linuxscsi.get_sysfs_wwn = lambda *_: "wwn"
device = brick.connect_volume(connection["data"])
(record,) = sessions.values()
read = on_target(record, connection["data"]["target_lun"], "read -v 0 512")
brick.disconnect_volume(connection["data"], device)
left = {"records": len(records), "sessions": len(sessions)}
json.dump({"connector": type(brick).__name__, "device": device, "read": read, "left": left, **kept}, sys.stdout)
