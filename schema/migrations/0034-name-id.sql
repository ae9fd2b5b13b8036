-- The id under which the back end has the volume, where it is not the volume's own: a volume that went over to another back
-- end while a server had it lives in the object that was made for the other half.
ALTER TABLE volumes ADD COLUMN name_id uuid;
