-- Volumes and snapshots that are made from an object which is on the back end already.

-- The reference to that object, while nobody has taken it over for good. What bears one does not own its bytes: removing
-- it gives the object up and destroys nothing. Its size is not known until the back end has said it.
ALTER TABLE volumes ADD COLUMN adopts jsonb;
ALTER TABLE snapshots ADD COLUMN adopts jsonb;
ALTER TABLE volumes DROP CONSTRAINT volumes_size_gib_check;
ALTER TABLE volumes ADD CONSTRAINT volumes_size_gib_check CHECK (size_gib > 0 OR (size_gib = 0 AND adopts IS NOT NULL));
