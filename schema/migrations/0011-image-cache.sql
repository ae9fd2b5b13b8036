-- The image-volume cache: volumes of the service's own that hold an image, to be cloned instead of copying it again.

CREATE TABLE image_cache (
  volume_id uuid PRIMARY KEY REFERENCES volumes (id) ON DELETE CASCADE,
  -- host@backend#pool, where it can be cloned.
  host text NOT NULL,
  image_id text NOT NULL,
  -- Of the image's bytes.
  digest text NOT NULL,
  last_used_at timestamptz NOT NULL,
  CONSTRAINT image_cache_once UNIQUE (host, image_id)
);
