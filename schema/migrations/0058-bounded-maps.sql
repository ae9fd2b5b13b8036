-- A map that users write, unless it is larger than it may be: then the statement is refused (schema/sizes.ts).
CREATE OR REPLACE FUNCTION bounded(value jsonb, map text, most integer) RETURNS jsonb LANGUAGE plpgsql AS $body$
BEGIN
  IF octet_length(value::text) > most THEN
    PERFORM refuse('too-large:' || map || ':' || octet_length(value::text) || ':' || most);
  END IF;
  RETURN value;
END
$body$;
