-- on: postgresql, sqlite

-- name: closure_by_section :many
-- Everything that a package needs, and what that needs, by section; the package itself is in it.
-- Of alternatives the first one counts; a name means the packages that have it and those that
-- provide it. UNION, and not UNION ALL, ends circles: what is known already is not gone on with.
-- column: needed_kb BigInt
WITH RECURSIVE needed (id) AS (
    SELECT id FROM "Package" WHERE name = :package
    UNION
    SELECT p.id
    FROM needed
    JOIN "Dependency" d ON d.package_id = needed.id
    JOIN answers a ON a.name = d.target
    JOIN "Package" p ON p.id = a.id
    WHERE d.alternative = 0 AND d.relation IN ('depends', 'pre-depends')
), answers (name, id) AS (
    SELECT name, id FROM "Package"
    UNION ALL
    SELECT name, package_id FROM "Provided"
)
SELECT p.section, count(*) AS packages, sum(coalesce(p.installed_kb, 0)) AS needed_kb
FROM needed
JOIN "Package" p ON p.id = needed.id
GROUP BY p.section
ORDER BY needed_kb DESC, p.section;
