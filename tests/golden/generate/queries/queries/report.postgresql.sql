-- name: authors_a_day :many
SELECT date_trunc('day', created_at) AS day, count(DISTINCT author_id) AS authors
FROM posts
GROUP BY 1
ORDER BY 1;
