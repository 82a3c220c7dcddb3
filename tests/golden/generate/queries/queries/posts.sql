-- on: postgresql, sqlite

-- name: search_posts :many
-- What a search form needs: every part of it may be missing.
SELECT p.id, p.title, p.views, p.rating
FROM posts p
WHERE p.author_id = :author
  AND p.views >= :min_views -- if: min_views
  AND p.title LIKE :title -- if: title
  -- if: only_rated
  AND p.rating IS NOT NULL
  -- end
-- order: p.id, views, best = (p.rating DESC, p.id)
LIMIT 100;

-- name: set_views :batch
UPDATE posts SET views = :views WHERE id = :id;

-- name: load_posts :copy
INSERT INTO posts (author_id, title, views, price) VALUES (:author, :title, :views, :price);
