-- name: series_objects :many
SELECT name, json_build_object('id', id, 'numbers', numbers, 'notes', notes) AS object FROM "Series" ORDER BY id;

-- name: series_rows :many
SELECT s AS whole FROM "Series" s ORDER BY s.id;
