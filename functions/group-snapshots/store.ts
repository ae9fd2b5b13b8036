// What group snapshots lend to the legacy API, which is the same tables under other words.
export { makeGroupSnapshot } from './create.ts';
export { deleteGroupSnapshot } from './delete.ts';
export { groupSnapshotRules } from './policy.ts';
export { absentGroupSnapshot, groupSnapshotList } from './query.ts';
export { findGroupSnapshot, listGroupSnapshots } from './store/rows.ts';
