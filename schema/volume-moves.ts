// The moves of the volume: where each may begin, what it shows meanwhile, and where it ends. Its states and obstacles
// are in volumes.ts.

/** How long one piece of work on a volume may take in all. Copies take longer by their size: see deadlines. */
const quick = 600;
const copying = 3600;

/** Being read for a backup: it goes back to what it was, whatever becomes of the backup. */
const backup = {
  via: 'backing-up',
  ok: 'previous',
  fail: 'previous',
  unless: ['unplaced'],
  within: copying,
  work: 'backup.create',
  step: 'create',
  lane: 'long',
  refusal: 'Invalid volume: Volume to be backed up must be available or in-use, but the current status is "{status}".',
} as const;

export const volumeMoves = {
  create: {
    from: 'nothing',
    via: 'creating',
    shows: 'downloading',
    ok: 'attachments',
    fail: 'error',
    within: copying,
    work: 'volume.create',
    step: 'schedule',
  },
  // Made from an object that is on the back end already; and given up, with its bytes.
  manage: {
    from: 'nothing',
    via: 'managing',
    ok: 'available',
    fail: 'error_managing',
    within: quick,
    work: 'volume.manage',
    step: 'schedule',
  },
  unmanage: {
    from: ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'],
    via: 'unmanaging',
    ok: 'gone',
    fail: 'error_unmanaging',
    unless: ['attached', 'migrating', 'grouped', 'snapshots', 'has_key', 'frozen', 'copied'],
    within: quick,
    work: 'volume.unmanage',
    step: 'unmanage',
    refusal:
      'Invalid volume: Volume status must be available or error or error_restoring or error_extending or ' +
      'error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a ' +
      'transfer, or be disassociated from snapshots after volume transfer.',
  },
  delete: {
    from: ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'],
    via: 'deleting',
    ok: 'gone',
    fail: 'error_deleting',
    unless: ['attached', 'migrating', 'grouped', 'snapshots', 'frozen', 'copied'],
    within: quick,
    busy: 'previous',
    work: 'volume.delete',
    step: 'delete',
    refusal:
      'Invalid volume: Volume status must be available or error or error_restoring or error_extending or ' +
      'error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a ' +
      'transfer, or be disassociated from snapshots after volume transfer.',
  },
  delete_cascade: {
    from: ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'],
    via: 'deleting',
    ok: 'gone',
    fail: 'error_deleting',
    unless: [
      'foreign_snapshots',
      'copied',
      'copied_snapshots',
      'attached',
      'migrating',
      'grouped',
      'unready_snapshots',
      'frozen',
    ],
    within: quick,
    busy: 'previous',
    work: 'volume.delete',
    step: 'delete',
    refusal:
      'Invalid volume: Volume status must be available or error or error_restoring or error_extending or ' +
      'error_managing and must not be migrating, attached, belong to a group, awaiting a transfer, or have ' +
      'snapshots that are in use.',
  },
  force_delete: {
    from: 'any',
    via: 'deleting',
    ok: 'gone',
    fail: 'error_deleting',
    unless: ['attached', 'migrating', 'grouped', 'snapshots', 'frozen', 'copied'],
    within: quick,
    busy: 'previous',
    work: 'volume.delete',
    step: 'delete',
    refusal:
      'Invalid volume: Volume must not be migrating, attached, belong to a group, have snapshots, awaiting a ' +
      'transfer, or be disassociated from snapshots after volume transfer.',
  },
  force_delete_cascade: {
    from: 'any',
    via: 'deleting',
    ok: 'gone',
    fail: 'error_deleting',
    unless: ['foreign_snapshots', 'copied', 'copied_snapshots', 'attached', 'migrating', 'grouped', 'frozen'],
    within: quick,
    busy: 'previous',
    work: 'volume.delete',
    step: 'delete',
    refusal: 'Invalid volume: Volume must not be migrating, attached or belong to a group.',
  },
  extend: {
    from: ['available'],
    via: 'extending',
    ok: 'previous',
    fail: 'error_extending',
    unless: ['not_larger', 'frozen', 'copied'],
    within: quick,
    work: 'volume.extend',
    step: 'extend',
    refusal: "Invalid volume: Volume {id} status must be '{'status': 'available'}' to extend, currently {status}.",
  },
  extend_attached: {
    from: ['available', 'in-use'],
    via: 'extending',
    ok: 'previous',
    fail: 'error_extending',
    unless: ['not_larger', 'frozen', 'copied'],
    within: quick,
    work: 'volume.extend',
    step: 'extend',
    refusal:
      "Invalid volume: Volume {id} status must be '{'status': ('available', 'in-use')}' to extend, " +
      'currently {status}.',
  },
  backup: { ...backup, from: ['available'] },
  backup_in_use: { ...backup, from: ['available', 'in-use'] },
  restore: {
    from: ['available'],
    via: 'restoring-backup',
    ok: 'available',
    fail: 'error_restoring',
    unless: ['unplaced', 'migrating', 'copied'],
    within: copying,
    work: 'backup.restore',
    step: 'restore',
    lane: 'long',
    refusal: 'Invalid volume: Volume to be restored to must be available',
  },
  // Put back to its newest snapshot.
  revert: {
    from: ['available'],
    via: 'reverting',
    ok: 'available',
    fail: 'error',
    unless: ['unplaced', 'frozen', 'copied'],
    within: copying,
    work: 'volume.revert',
    step: 'revert',
    lane: 'long',
    refusal: 'Volume {id} status must be available to revert, but the current status is {status}.',
  },
  retype: {
    from: ['available', 'in-use'],
    via: 'retyping',
    ok: 'previous',
    fail: 'previous',
    unless: ['unplaced', 'migrating', 'grouped', 'frozen', 'copied'],
    within: copying,
    work: 'volume.retype',
    step: 'schedule',
    lane: 'long',
    refusal:
      'Invalid volume: Retype needs volume to be in available or in-use state, not be part of an active migration ' +
      'or a consistency group, requested type has to be different that the one from the volume, and for in-use ' +
      'volumes front-end qos specs cannot change.',
  },
  // Being the source of a new volume: it stays as it is.
  copy: {
    from: ['available', 'in-use'],
    ok: 'previous',
    unless: ['unplaced', 'migrating'],
    refusal:
      "Invalid volume: Originating volume status must be one of 'available, in-use' values, and it must not be migrating.",
  },
  // Being read into an image.
  upload: {
    from: ['available'],
    via: 'uploading',
    ok: 'previous',
    fail: 'previous',
    unless: ['unplaced', 'migrating'],
    within: copying,
    work: 'volume.upload',
    step: 'upload',
    lane: 'long',
    refusal: 'Invalid volume: Volume {id} status must be available',
  },
  upload_in_use: {
    from: ['available', 'in-use'],
    via: 'uploading',
    ok: 'previous',
    fail: 'previous',
    unless: ['unplaced', 'migrating'],
    within: copying,
    work: 'volume.upload',
    step: 'upload',
    lane: 'long',
    refusal: 'Invalid volume: Volume {id} status must be available or in-use',
  },
  // Being written over with an image. From `reserved` it goes back there.
  reimage: {
    from: ['available', 'error'],
    via: 'downloading',
    ok: 'attachments',
    fail: 'error',
    unless: ['unplaced', 'migrating', 'frozen', 'copied'],
    within: copying,
    work: 'volume.reimage',
    step: 'reimage',
    lane: 'long',
    refusal: 'Invalid volume: Volume {id} status must be available or error, but current status is: {status}.',
  },
  reimage_reserved: {
    from: ['available', 'error', 'reserved'],
    via: 'downloading',
    ok: 'attachments',
    fail: 'error',
    unless: ['unplaced', 'migrating', 'frozen', 'copied'],
    within: copying,
    work: 'volume.reimage',
    step: 'reimage',
    lane: 'long',
    refusal:
      'Invalid volume: Volume {id} status must be available or error or reserved, but current status is: {status}.',
  },
  // migration_status says how far it is; its status is what its attachments make of it meanwhile.
  migrate: {
    from: ['available', 'in-use'],
    ok: 'attachments',
    unless: ['unplaced', 'migrating', 'replicated', 'grouped', 'snapshots', 'frozen', 'copied'],
    within: copying,
    work: 'volume.migrate',
    step: 'schedule',
    lane: 'long',
    refusal:
      'Invalid volume: Volume {id} status must be available or in-use, must not be migrating, have snapshots, be ' +
      'replicated, be part of a group and destination host/cluster must be different than the current one',
  },
  // As migrate, and nobody may begin anything else with it meanwhile.
  migrate_locked: {
    from: ['available'],
    via: 'maintenance',
    ok: 'previous',
    fail: 'previous',
    unless: ['unplaced', 'migrating', 'replicated', 'grouped', 'snapshots', 'frozen'],
    within: copying,
    work: 'volume.migrate',
    step: 'schedule',
    lane: 'long',
    refusal:
      'Invalid volume: Volume {id} status must be available or in-use, must not be migrating, have snapshots, be ' +
      'replicated, be part of a group and destination host/cluster must be different than the current one',
  },
  // Its other half, for a server to go over to: see workers/store/await-server.ts.
  make_half: { from: 'nothing', ok: 'available' },
  // Being offered to another project, taken by it, and taken back.
  transfer: {
    from: ['available'],
    ok: 'awaiting-transfer',
    unless: ['migrating', 'grouped', 'encrypted', 'encrypted_snapshots', 'transfer_snapshots'],
    refusal: 'Invalid volume: status must be available',
  },
  transfer_accept: {
    from: ['awaiting-transfer'],
    ok: 'available',
    unless: ['grouped'],
    refusal: 'Invalid volume: Volume id {id} in unexpected state {status}, expected awaiting-transfer',
  },
  transfer_cancel: {
    from: ['awaiting-transfer'],
    ok: 'available',
    refusal: 'Invalid volume: Volume id {id} in unexpected state {status}, expected awaiting-transfer',
  },
  // What the attachments say of it, from all that does not belong to other work: see schema/attachments.ts.
  attach: {
    from: [
      'available',
      'reserved',
      'attaching',
      'in-use',
      'detaching',
      'error',
      'error_deleting',
      'error_managing',
      'error_unmanaging',
      'error_restoring',
      'error_backing-up',
      'error_extending',
    ],
    ok: 'attachments',
  },
  // The older calls, which speak of the volume and not of an attachment.
  reserve: { from: ['available'], ok: 'attaching' },
  reserve_shared: { from: ['available', 'in-use'], ok: 'attaching' },
  unreserve: { from: ['attaching'], ok: 'attachments' },
  begin_detaching: { from: ['in-use'], ok: 'detaching', unless: ['migrating'] },
  roll_detaching: { from: ['detaching'], ok: 'in-use' },
  // A request waits for these, for as long as its settings say; the attachments say what comes of it.
  connect: { from: 'any', ok: 'previous', work: 'volume.connect', step: 'connect' },
  disconnect: { from: 'any', ok: 'previous', within: quick, work: 'volume.disconnect', step: 'disconnect' },
  // The QoS specs of its type have changed.
  limit: { from: 'any', ok: 'previous', within: quick, work: 'volume.limit', step: 'limit' },
  // Its group is deleted with it.
  delete_in_group: {
    from: [
      'available',
      'error',
      'error_deleting',
      'error_restoring',
      'error_extending',
      'error_managing',
      'error_backing-up',
    ],
    via: 'deleting',
    ok: 'gone',
    fail: 'error_deleting',
    within: copying,
    work: 'group.delete',
    step: 'delete',
  },
  // Gone at once: it was never on a back end, or it has become what its other half was.
  vanish: { from: 'any', ok: 'gone' },
  // What has no copy where its back end has failed over to, until it is served from home again.
  lose: { from: ['available', 'in-use'], ok: 'error' },
  find: { from: ['error'], before: ['available', 'in-use'], ok: 'previous' },
  // A place in the image cache: filled, or given up before it was.
  cache: {
    from: 'nothing',
    via: 'creating',
    ok: 'gone',
    fail: 'error_deleting',
    busy: 'previous',
    within: quick,
    work: 'volume.delete',
    step: 'delete',
  },
  keep_cached: { from: ['creating'], ok: 'available' },
  reset_status: { from: 'any', ok: 'asked' },
  // Having a snapshot taken of it: the volume stays as it is, its snapshot_count goes up.
  snapshot: {
    from: ['available'],
    ok: 'previous',
    unless: ['unplaced', 'migrating', 'frozen'],
    refusal: 'Invalid volume: Volume {id} status must be available, but current status is: {status}.',
  },
  snapshot_in_use: {
    from: ['available', 'in-use'],
    ok: 'previous',
    unless: ['unplaced', 'migrating', 'frozen'],
    refusal: 'Invalid volume: Volume {id} status must be available, in-use, but current status is: {status}.',
  },
} as const;
