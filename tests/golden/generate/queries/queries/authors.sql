-- About authors. All of it is for both databases.
-- on: postgresql, sqlite

-- name: top_authors :many
-- The authors with the most views, best first.
-- A second line of documentation.
SELECT u.id, u.name, u.role, count(*) AS posts, max(p.created_at) AS latest
FROM "User" u
JOIN posts p ON p.author_id = u.id
WHERE p.views >= :least
GROUP BY u.id, u.name, u.role
ORDER BY posts DESC, u.id
LIMIT :most;

-- name: user_by_email :maybe
SELECT * FROM "User" WHERE email = $1;

-- name: users_of :many
SELECT id, email, name, role FROM "User" WHERE role = :role AND id = ANY(:ids) ORDER BY id;

-- name: count_users :one
SELECT count(*) AS total FROM "User";

-- name: rename_user :rows
-- The name may be NULL.
UPDATE "User" SET name = :name WHERE id = :id;

-- name: every_user :stream
SELECT id, email FROM "User" ORDER BY id;

-- name: forget_users :exec
-- tenon:ignore missing_where it is meant for tests
DELETE FROM "User";
