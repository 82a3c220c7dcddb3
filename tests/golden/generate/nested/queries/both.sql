-- on: postgresql, sqlite

-- name: maker_by_id :maybe
SELECT m.id, m.name FROM "Maker" m WHERE m.id = :id;
