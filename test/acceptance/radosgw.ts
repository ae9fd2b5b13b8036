// Ceph's RADOS gateway: an S3 server that none of us wrote. One monitor, one OSD in memory and the gateway, in a
// temporary folder, on 127.0.0.1: there in about 18 s, with 110 MB.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, freePort, isInstalled, temporaryFolder, until } from './service.ts';

export const hasRadosgw = () =>
  ['radosgw', 'radosgw-admin', 'ceph', 'ceph-mon', 'ceph-osd'].every((name) => isInstalled(`/usr/bin/${name}`));

export interface Gateway {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  stop(): void;
}

const settingsOf = (folder: string, monitor: string, fsid: string) => `[global]
fsid = ${fsid}
mon_host = ${monitor}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_class_load_list = *
osd_class_default_list = *
mon_data = ${folder}/mon
osd_data = ${folder}/osd
rgw_data = ${folder}
run_dir = ${folder}
admin_socket = ${folder}/$name.asok
log_file = ${folder}/$name.log
keyring = ${folder}/keyring
`;

/** Starts a gateway with one user. Its processes end with this one, at the latest. */
export async function startGateway(): Promise<Gateway> {
  const folder = temporaryFolder();
  const [monitorPort, port] = [await freePort(), await freePort()];
  const [fsid, osd] = [crypto.randomUUID(), crypto.randomUUID()];
  const monitor = `v2:127.0.0.1:${monitorPort}`;
  for (const name of ['mon', 'osd']) mkdirSync(join(folder, name));
  const [conf, keyring, map] = ['ceph.conf', 'keyring', 'monmap'].map((name) => join(folder, name));
  if (conf === undefined || keyring === undefined || map === undefined) throw new Error('no folder');
  writeFileSync(conf, settingsOf(folder, monitor, fsid));
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: folder, CEPH_CONF: conf };
  const run = (program: string, ...args: readonly string[]) => {
    const done = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 90_000 });
    if (done.status !== 0) throw new Error(`${program} failed (${done.status ?? done.signal}): ${done.stderr}`);
  };
  const serving: ChildProcess[] = [];
  const serve = (program: string, ...args: readonly string[]) =>
    serving.push(adopt(spawn(program, ['-f', ...args], { cwd: folder, env, stdio: 'ignore' })));
  const stop = () => {
    for (const child of serving) child.kill('SIGKILL');
  };
  const key = (name: string, ...caps: readonly string[]) =>
    run(
      'ceph-authtool',
      keyring,
      '--gen-key',
      '-n',
      name,
      ...caps.flatMap((cap) => ['--cap', ...cap.split(' ', 1), cap.slice(cap.indexOf(' ') + 1)]),
    );
  run('ceph-authtool', '--create-keyring', keyring);
  key('mon.', 'mon allow *');
  key('client.admin', 'mon allow *', 'osd allow *');
  key('osd.0', 'mon allow profile osd', 'osd allow *');
  run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[${monitor}]`, map);
  run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring);
  serve('ceph-mon', '-i', 'a');
  run('ceph', 'osd', 'new', osd);
  run('ceph-osd', '--mkfs', '-i', '0', '--osd-uuid', osd);
  serve('ceph-osd', '-i', '0');
  const user = { accessKey: 'scoriaaccesskey', secretKey: crypto.randomUUID() };
  const keys = ['--access-key', user.accessKey, '--secret-key', user.secretKey];
  run('radosgw-admin', 'user', 'create', '--uid=scoria', '--display-name=scoria', ...keys);
  serve('radosgw', '-n', 'client.admin', `--rgw_frontends=beast endpoint=127.0.0.1:${port}`);
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      ({ status }) => status,
      () => 0,
    );
  await until(answers, (status) => status === 200);
  return { url, ...user, stop };
}
