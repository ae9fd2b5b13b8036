"""A database of a real Cinder (Debian's python3-cinder): its own migrations, and rows written by its own code.

    cinder_database.py FOLDER [URL]   makes FOLDER/cinder.db, or fills the database of an SQLAlchemy URL, and prints the
                                      ids of what is in it as JSON
"""
import json
import sys
import uuid

from oslo_config import cfg

folder = sys.argv[1]
url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/cinder.db"
with open(f"{folder}/cinder.conf", "w") as out:
    out.write(
        f"[DEFAULT]\ntransport_url = fake:/\nstate_path = {folder}\n"
        f"[database]\nconnection = {url}\n[oslo_concurrency]\nlock_path = {folder}\n"
    )

from cinder import context, db, objects  # noqa: E402
from cinder.db import migration  # noqa: E402
from cinder.volume import configuration  # noqa: E402,F401

cfg.CONF(["--config-file", f"{folder}/cinder.conf"], project="cinder")
objects.register_all()
migration.db_sync()

admin = context.get_admin_context()
project, other, user = uuid.uuid4().hex, uuid.uuid4().hex, uuid.uuid4().hex
mine = context.RequestContext(user, project, is_admin=True)
theirs = context.RequestContext(user, other, is_admin=True)

specs = db.qos_specs_create(admin, {"name": "slow-disks", "consumer": "back-end", "specs": {"total_iops_sec": "500"}})
fast = db.volume_type_create(
    admin,
    {"name": "fast", "description": "NVMe", "is_public": True, "extra_specs": {"volume_backend_name": "fast", "tier": "gold"}},
)
private = db.volume_type_create(
    admin, {"name": "private", "is_public": False, "extra_specs": {}, "qos_specs_id": specs["id"]}, [project]
)
secret = db.volume_type_create(admin, {"name": "secret", "is_public": True, "extra_specs": {}})
db.volume_type_encryption_create(
    admin, secret["id"],
    {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256, "control_location": "front-end"},
)
db.quota_create(admin, project, "volumes", 30)
db.quota_create(admin, project, "gigabytes", 500)
db.quota_create(admin, project, "gigabytes_fast", 400)
db.quota_create(admin, project, "consistencygroups", 7)


def volume(ctx, name, **more):
    fields = {
        "host": "cinder@nfs#share", "size": 1, "status": "available", "attach_status": "detached",
        "display_name": name, "volume_type_id": fast["id"], "availability_zone": "nova",
        "user_id": ctx.user_id, "project_id": ctx.project_id, **more,
    }
    made = objects.Volume(ctx, **fields)
    made.create()
    return made


plain = volume(
    mine, "plain", display_description="two\nlines, \"quotes\" and \u00fc",
    metadata={"purpose": "tests", "price": "5 \u20ac"},
)
booted = volume(mine, "booted", bootable=True, volume_type_id=private["id"])
db.volume_glance_metadata_create(admin, booted.id, "image_name", "debian-12")
db.volume_glance_metadata_create(admin, booted.id, "min_disk", "1")
moved = volume(theirs, None)
moved.name_id = str(uuid.uuid4())
moved.save()
used = volume(mine, "used", status="in-use", attach_status="attached")
attachment = objects.VolumeAttachment(
    mine, volume_id=used.id, instance_uuid=str(uuid.uuid4()), attached_host="compute-1",
    mountpoint="/dev/vdb", attach_status="attached", attach_mode="rw",
)
attachment.create()
broken = volume(mine, "broken", status="error")
sealed = volume(mine, "sealed", volume_type_id=secret["id"], encryption_key_id=str(uuid.uuid4()))
elsewhere = volume(mine, "elsewhere", host="cinder@lvm#vg")
gone = volume(mine, "gone")
gone.destroy()


def snapshot(of, name, **more):
    fields = {
        "volume_id": of.id, "volume_size": of.size, "status": "available", "progress": "100%",
        "display_name": name, "user_id": user, "project_id": of.project_id, "metadata": {}, **more,
    }
    made = objects.Snapshot(mine, **fields)
    made.create()
    return made


kept = snapshot(plain, "kept", metadata={"by": "hand"})
left = snapshot(used, "left")

print(json.dumps({
    "project": project, "other": other, "user": user,
    "types": {"fast": fast["id"], "private": private["id"], "secret": secret["id"]}, "specs": specs["id"],
    "volumes": {name: one.id for name, one in {
        "plain": plain, "booted": booted, "moved": moved, "used": used, "broken": broken, "sealed": sealed,
        "elsewhere": elsewhere, "gone": gone}.items()},
    "objects": {"moved": moved.name},
    "snapshots": {"kept": kept.id, "left": left.id}, "attachment": attachment.id,
}))
