-- tenon:rewrite
ALTER TABLE event ALTER COLUMN amount TYPE bigint;
