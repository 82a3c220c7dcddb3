-- name: section_percentiles :many
-- column: median Float!
-- column: p90 Float!
-- column: p99 Float!
SELECT section, count(*) AS packages,
       sum(installed_kb * max(0.0, 1 - abs(place - 0.5 * last_place))) AS median,
       sum(installed_kb * max(0.0, 1 - abs(place - 0.9 * last_place))) AS p90,
       sum(installed_kb * max(0.0, 1 - abs(place - 0.99 * last_place))) AS p99
FROM (SELECT section, installed_kb,
             row_number() OVER (PARTITION BY section ORDER BY installed_kb) - 1 AS place,
             count(*) OVER (PARTITION BY section) - 1 AS last_place
      FROM "Package"
      WHERE installed_kb > 0) AS placed
GROUP BY section
ORDER BY packages DESC, section
LIMIT :most;
