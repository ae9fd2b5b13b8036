// What groups lend to the legacy API, which is the same tables under other words.
export { groupFault, makeGroup } from './create.ts';
export { makeGroupFromSource } from './create-from-source.ts';
export { deleteGroup } from './delete.ts';
export { groupRules } from './policy.ts';
export { absentGroup, groupList } from './query.ts';
export { type Family, findGroup, listGroups, whyNot } from './store/read.ts';
export { updateGroup } from './update.ts';
