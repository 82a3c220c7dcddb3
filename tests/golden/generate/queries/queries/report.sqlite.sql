-- name: authors_a_day :many
SELECT strftime('%Y-%m-%dT00:00:00.000+00:00', created_at) AS day, count(DISTINCT author_id) AS authors
FROM posts
GROUP BY 1
ORDER BY 1;
