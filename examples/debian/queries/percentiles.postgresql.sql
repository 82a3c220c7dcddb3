-- name: section_percentiles :many
-- How the sizes of a section's packages are spread: half of them are below the median, nine of ten
-- below p90, 99 of 100 below p99, with values between two packages in proportion.
-- column: median Float!
-- column: p90 Float!
-- column: p99 Float!
SELECT section, count(*) AS packages,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY installed_kb) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY installed_kb) AS p90,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY installed_kb) AS p99
FROM "Package"
WHERE installed_kb > 0
GROUP BY section
ORDER BY packages DESC, section
LIMIT :most;
