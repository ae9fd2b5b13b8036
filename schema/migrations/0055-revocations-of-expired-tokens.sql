-- A token is taken for 48 hours after its end where a service goes on with what its user began, and lives a day at most: what
-- ends it is kept as long.
UPDATE revocations SET expires_at = revoked_at + interval '72 hours' WHERE expires_at < revoked_at + interval '72 hours';
