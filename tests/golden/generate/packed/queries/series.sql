-- on: postgresql, sqlite

-- name: all_series :many
SELECT id, name, times, numbers, notes FROM "Series" ORDER BY id;

-- name: series_values :maybe
SELECT s.numbers, s.notes AS words FROM "Series" s WHERE s.name = :name;

-- name: every_series :stream
SELECT id, times FROM "Series" ORDER BY id;

-- name: series_beside :many
SELECT a.name, b.numbers FROM "Series" a LEFT JOIN "Series" b ON b.id = a.id + 1 ORDER BY a.id;

-- name: add_series :exec
INSERT INTO "Series" (name, times, numbers, notes) VALUES (:name, :times, :numbers, :notes);

-- name: load_series :copy
INSERT INTO "Series" (name, times, numbers, notes) VALUES (:name, :times, :numbers, :notes);

-- name: change_values :batch
UPDATE "Series" SET numbers = :numbers WHERE name = :name;

-- name: change_some :rows
UPDATE "Series" SET numbers = coalesce(:numbers, numbers), notes = :notes WHERE name = :name AND times IS NOT NULL;

-- name: stored :many
-- As it is kept, for programs that unpack it by themselves.
-- column: numbers Bytes?
SELECT id, numbers FROM "Series" ORDER BY id;
