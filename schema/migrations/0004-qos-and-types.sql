-- What types carry besides extra specs: QoS specs, which several types may share, and encryption, one for each type.

CREATE TABLE qos_specs (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- Who enforces them: front-end (the hypervisor), back-end (the storage) or both.
  consumer text NOT NULL,
  specs jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  CONSTRAINT qos_specs_name UNIQUE (name)
);

-- No ON DELETE: specs that a type has got meanwhile are not deleted by somebody who has not seen that.
ALTER TABLE volume_types ADD CONSTRAINT volume_types_qos_specs FOREIGN KEY (qos_specs_id) REFERENCES qos_specs (id);
CREATE INDEX volume_types_of_qos_specs ON volume_types (qos_specs_id, id) WHERE qos_specs_id IS NOT NULL;

CREATE TABLE volume_type_encryption (
  volume_type_id uuid PRIMARY KEY REFERENCES volume_types (id) ON DELETE CASCADE,
  encryption_id uuid NOT NULL,
  provider text NOT NULL,
  -- front-end: the hypervisor encrypts; back-end: the storage.
  control_location text NOT NULL,
  cipher text,
  key_size int,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);

CREATE INDEX default_volume_types_of_type ON default_volume_types (volume_type_id);
