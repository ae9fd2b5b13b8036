// docs/drivers.md: what each driver can do and is told, read off the drivers.
import type { Ability, Driver } from '../../workers/driver.ts';
import { driverNames, driverOf } from '../../workers/main.node.ts';

const drivers = await Promise.all(driverNames.map(driverOf));

const abilities: Readonly<Record<Ability, string>> = {
  snapshot: 'snapshots',
  clone: 'volumes from volumes',
  extend: 'growing',
  growsOnHost: '… attached volumes by their host',
  revert: 'reverting to a snapshot',
  qos: 'QoS specs for the back end',
  openData: 'images, backups, moves by the worker',
  manage: 'managing objects that are not ours',
  replication: 'replication',
  opensEncrypted: 'encrypted volumes opened by the back end',
  byAttachment: 'connections told apart by attachment',
};

export function driversPage(): string {
  const head = `| | ${drivers.map(({ name }) => `\`${name}\``).join(' | ')} |\n|---|${drivers.map(() => '---|').join('')}`;
  const rows = Object.entries(abilities).map(([ability, words]) => {
    const cells = drivers.map(({ offers }) => (offers.some((one) => one === ability) ? 'yes' : ''));
    return `| ${words} | ${cells.join(' | ')} |`;
  });
  const protocols = `| protocol | ${drivers.map(({ protocol }) => protocol).join(' | ')} |`;
  return `
What a back end of each driver can do. The suite that every driver runs (\`test/drivers/\`) holds an open back end against this
list. A volume that asks for what its back end cannot do fails with a message that names the ability. How back ends are set up:
[back-ends.md](back-ends.md); what each driver does and does not: the README.md in its folder under \`workers/drivers/\`.

${head}
${protocols}
${rows.join('\n')}
${drivers.map(section).join('')}`;
}

function section({ name, describes, options }: Driver): string {
  const rows = Object.entries(options).map(([option, { describes: says, default: value, isSecret }]) => {
    const otherwise = value === null ? '(must be given)' : value === '' ? '' : `\`${value}\``;
    return `| \`${option}\` | ${says}${isSecret ? ' A secret: `{ env: NAME }`.' : ''} | ${otherwise} |`;
  });
  return `
## ${name}

${describes}

| option | what | default |
|---|---|---|
${rows.join('\n')}
`;
}
