// What differs from Cinder (surveyed at ab09bc39d, August 2026) and why, by operation. A table of data: a change of
// behaviour that a client could see needs a line here.
import { fits } from '../../schema/subscriptions.ts';

interface Difference {
  /** The operations, by name; `*` at the end stands for any. */
  readonly of: readonly string[];
  readonly differs: string;
}

const decision = (number: string, file: string) => `[${number}](decisions/${number}-${file}.md)`;

export const differences: readonly Difference[] = [
  {
    of: ['service-enable', 'service-disable', 'service-disable-log-reason'],
    differs:
      'The row is really changed and enabling forgets the reason: Cinder answers so and stores nothing but the reason.',
  },
  {
    of: ['service-failover'],
    differs: 'Served, as the microversion history and openstacksdk have it: Cinder routes failover_host only.',
  },
  {
    of: ['service-failover*', 'group-*-replication', 'group-list-replication-targets'],
    differs: 'Refused with 400 at once: no driver replicates, so nothing has anywhere to fail over to.',
  },
  {
    of: [
      'service-freeze',
      'service-thaw',
      'service-failover*',
      'service-enable',
      'service-disable*',
      'host-show',
      'host-update',
    ],
    differs:
      'A host without its back end is taken as in Cinder, and the answer has its whole name; Cinder repeats what was asked.',
  },
  {
    of: ['volume-reset-status'],
    differs:
      'The statuses deleting, error_deleting and detaching cannot be set: a missing comma makes Cinder refuse the first only.',
  },
  {
    of: ['host-update'],
    differs: 'Enables and disables the volume service, as documented: in Cinder it ends in 500.',
  },
  {
    of: ['volume-upload-image'],
    differs: `An encrypted volume is uploaded raw only: ${decision('0025', 'images-in-encrypted-volumes')}.`,
  },
  {
    of: ['backup-create'],
    differs:
      'A zone that no backup service has is refused with 400, a mistake of the request: 503 says that one is down.',
  },
  {
    of: ['backup-restore'],
    differs: 'Answers at once and goes on as an operation: Cinder holds the request until the new volume is available.',
  },
  {
    of: ['volume-transfer-accept', 'os-volume-transfer-accept'],
    differs: `A wrong key of somebody who could not see the transfer is 404 and not 400: ${decision('0007', 'a-wrong-key-of-a-stranger-finds-no-transfer')}.`,
  },
  {
    of: ['consistency-group-show', 'group-show', 'group-snapshot-show', 'cgsnapshot-show'],
    differs: `Groups and consistency groups do not see each other (404): ${decision('0008', 'groups-volume-by-volume')}.`,
  },
  {
    of: ['group-create', 'group-snapshot-create', 'consistency-group-create', 'cgsnapshot-create'],
    differs: `Members are handled one by one; a type that asks for snapshots of one moment is refused: ${decision('0008', 'groups-volume-by-volume')}.`,
  },
  {
    of: ['backup-import-record'],
    differs: "Takes records that this service has exported: those of Cinder's own drivers name data in another form.",
  },
  {
    of: ['volume-migrate'],
    differs: `A volume in use needs SCORIA_NOVA_URL and one server that has it: ${decision('0036', 'volumes-in-use-go-over-with-their-server')}.`,
  },
  {
    of: ['volume-migrate-completion'],
    differs:
      'Only of a volume in use, whose server has gone over: the migration of a volume that nobody uses ends by itself. Where nothing migrates it answers with the id.',
  },
  {
    of: ['cluster-*'],
    differs: `Hosts of a cluster are named, disabled, frozen and failed over together, and each goes on serving its own volumes: ${decision('0030', 'clusters')}.`,
  },
  {
    of: ['workers-cleanup'],
    differs:
      'Work of dead workers goes on by itself when its lease runs out: the services named are those whose unclaimed work is sent again now.',
  },
  {
    of: ['capabilities-show'],
    differs: 'Answers what the back end last reported, and asks no worker.',
  },
  {
    of: ['service-set-log', 'service-get-log'],
    differs: 'Knows one logger, and the level of the process that answers only.',
  },
  {
    of: ['attachment-create', 'attachment-update', 'volume-initialize-connection'],
    differs:
      'Waits for the back end a bounded time; then it is undone and refused, so that nothing stays that the client was not told of.',
  },
  {
    of: ['attachment-delete', 'volume-detach', 'volume-force-detach', 'volume-terminate-connection'],
    differs: `Without a service token an attachment of an instance is refused to everybody, admins too (CVE-2023-2088), unless Nova says that the instance does not have the volume at all; without SCORIA_NOVA_URL always (then os-reset_status is an admin's way out): ${decision('0026', 'a-client-of-nova')}.`,
  },
  {
    of: ['volume-upload-image'],
    differs: `With force a volume in use is read as it is, without enable_force_upload: ${decision('0020', 'images')}.`,
  },
  {
    of: ['volume-reimage'],
    differs: `Leaves zeros after the image, and tells Nova of a failure too: ${decision('0020', 'images')}.`,
  },
  {
    of: ['volume-create'],
    differs: `A raw image that begins as a container is refused (CVE-2024-32498): ${decision('0020', 'images')}.`,
  },
  {
    of: ['message-list'],
    differs: 'Every transition to an error state has a message; Cinder writes one for some.',
  },
  {
    of: ['quota-set-show'],
    differs: 'reserved is always 0: counters change with the resource, and there are no reservations.',
  },
  {
    of: ['quota-set-update'],
    differs: 'A limit below what is in use is refused; Cinder takes it unless skip_validation is false.',
  },
  {
    of: ['version-show'],
    differs: 'Needs no token: clients discover before they have one, and it tells versions only.',
  },
];

/** What an operation does otherwise than Cinder. */
export const differencesOf = (name: string): readonly string[] =>
  differences.filter(({ of }) => of.some((one) => fits(one, name))).map(({ differs }) => differs);

/** Names and patterns that are of no operation: none, or a row has outlived its operation. */
export const strayDifferences = (names: readonly string[]): readonly string[] =>
  differences.flatMap(({ of }) => of.filter((one) => !names.some((name) => fits(one, name))));
