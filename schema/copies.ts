// What is being copied: a trigger counts the open operations that read from a row (migrations/0049-copies.sql).

/** The obstacle of whatever is copied now: the row's count of open operations that read from it. */
export const copied = {
  sql: 'r.copies > 0',
  says: 'a copy is being made from it',
  refusal:
    'Invalid {resource}: It cannot be changed or deleted now: a volume, an image or a backup is being made from it.',
} as const;
