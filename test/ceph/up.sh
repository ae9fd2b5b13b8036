#!/usr/bin/env bash
# A Ceph of one monitor, one manager with its dashboard and one osd, in a folder of its own: up.sh FOLDER. Ports of 127.0.0.1
# are found free. What it writes: ceph.conf, client.keyring, and dashboard.json for the driver's options. Ends with down.sh.
set -euo pipefail
folder=$(realpath -m "$1")
mkdir -p "$folder"/{mon,mgr,osd,run,log}
exec >"$folder/log/up.log" 2>&1
cd "$folder"
free() { /usr/bin/python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
mon_port=$(free) dashboard_port=$(free) fsid=$(cat /proc/sys/kernel/random/uuid)
password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
cat > ceph.conf <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$mon_port/0]
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon allow pool delete = true
mon warn on pool no redundancy = false
mon mgr beacon grace = 6
mgr initial modules = dashboard
ms bind ipv4 = true
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = $folder/run
admin socket = $folder/run/\$cluster-\$name.\$pid.asok
pid file = $folder/run/\$name.pid
log file = $folder/log/\$name.log
keyring = $folder/client.keyring
[mon.a]
mon data = $folder/mon
keyring = $folder/mon/keyring
[mgr.a]
mgr data = $folder/mgr
keyring = $folder/mgr/keyring
[osd.0]
osd data = $folder/osd
keyring = $folder/osd/keyring
bluestore block create = true
bluestore block size = 10737418240
osd memory target = 939524096
CONF
c() { timeout 60 ceph -c "$folder/ceph.conf" "$@"; }
start() { "$@" </dev/null >>"$folder/log/start.log" 2>&1; }
ceph-authtool --create-keyring mon.keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool --create-keyring client.keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool mon.keyring --import-keyring client.keyring >/dev/null
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port/0]" monmap >/dev/null
start ceph-mon -c ceph.conf -i a --mkfs --monmap monmap --keyring mon.keyring
start ceph-mon -c ceph.conf -i a
for setting in "ssl false" "server_addr 127.0.0.1" "server_port $dashboard_port"; do
  c config set mgr mgr/dashboard/${setting% *} ${setting#* } --force
done
c auth get-or-create mgr.a mon 'allow profile mgr' osd 'allow *' mds 'allow *' -o mgr/keyring
start ceph-mgr -c ceph.conf -i a
osd_uuid=$(cat /proc/sys/kernel/random/uuid) osd_key=$(ceph-authtool --gen-print-key)
echo "{\"cephx_secret\":\"$osd_key\"}" | c osd new "$osd_uuid" -i - >/dev/null
ceph-authtool --create-keyring osd/keyring -n osd.0 --add-key "$osd_key" >/dev/null
start ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd_uuid"
start ceph-osd -c ceph.conf -i 0
for pool in volumes others; do
  c osd pool create $pool 8 >/dev/null
  c osd pool application enable $pool rbd >/dev/null
done
# What hosts connect as: cephx lets it do what a host does, with these pools only.
c auth get-or-create client.cinder mon 'profile rbd' osd 'profile rbd pool=volumes, profile rbd pool=others' >> client.keyring
ceph-authtool client.keyring --gen-key -n client.stranger >/dev/null
for _ in $(seq 60); do c osd stat -f json | grep -q '"num_up_osds":1' && break; sleep 0.5; done
echo -n "$password" > password
for _ in $(seq 60); do c dashboard ac-user-create scoria -i password block-manager --force-password >/dev/null 2>&1 && break; sleep 0.5; done
for _ in $(seq 60); do curl -s -o /dev/null "http://127.0.0.1:$dashboard_port/" && break; sleep 0.5; done
printf '{"url":"http://127.0.0.1:%s","user":"scoria","password":"%s","conf":"%s/ceph.conf","monitor":"127.0.0.1:%s"}\n' \
  "$dashboard_port" "$password" "$folder" "$mon_port" > dashboard.json
