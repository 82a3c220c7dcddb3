-- on: postgresql, sqlite

-- name: heaviest :many
-- The biggest packages, what part of the whole disk each takes, and what part they take together
-- with all that are bigger.
-- column: share Float
-- column: share_so_far Float
SELECT name, architecture, installed_kb,
       CAST(installed_kb AS double precision) / sum(installed_kb) OVER () AS share,
       CAST(sum(installed_kb) OVER (ORDER BY installed_kb DESC, name, architecture
                                    ROWS UNBOUNDED PRECEDING) AS double precision)
           / sum(installed_kb) OVER () AS share_so_far
FROM "Package"
WHERE installed_kb > 0
ORDER BY installed_kb DESC, name, architecture
LIMIT :most;

-- name: section_leaders :many
-- The biggest package of each section, and what part of the section it takes; the biggest sections
-- first.
-- column: section_kb BigInt
-- column: share Float
SELECT section, packages, section_kb, name,
       CAST(installed_kb AS double precision) / section_kb AS share
FROM (SELECT section, name, installed_kb,
             count(*) OVER (PARTITION BY section) AS packages,
             sum(installed_kb) OVER (PARTITION BY section) AS section_kb,
             row_number() OVER (PARTITION BY section
                                ORDER BY installed_kb DESC, name, architecture) AS place
      FROM "Package"
      WHERE installed_kb > 0) AS ranked
WHERE place = 1
ORDER BY section_kb DESC, section
LIMIT :most;
