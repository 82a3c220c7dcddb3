-- name: makers_with_things :many
-- Objects within an array, in one statement.
SELECT m.id,
       (SELECT json_agg(json_build_object('id', t.id, 'title', t.title, 'big', t.big, 'price', t.price,
                                          'made', t.made, 'sold', t.sold, 'tone', t.tone) ORDER BY t.id)
        FROM things t
        WHERE t.maker_id = m.id) AS things,
       jsonb_build_object('name', m.name, 'count', (SELECT count(*) FROM things t WHERE t.maker_id = m.id)) AS about
FROM "Maker" m
ORDER BY m.id;

-- name: whole_things :many
SELECT t AS thing, to_jsonb(t) AS copy FROM things t ORDER BY t.id;

-- name: things_of_makers :many
SELECT m.id, coalesce(json_agg(t ORDER BY t.id) FILTER (WHERE t.id IS NOT NULL), '[]') AS things
FROM "Maker" m
LEFT JOIN things t ON t.maker_id = m.id
GROUP BY m.id
ORDER BY m.id;

-- name: moved :one
-- A composite of composites, alone and in an array, as itself and as JSON.
-- column: everywhere!
-- column: home.street!
SELECT ROW('Elm "St"', 7, ROW(0.5, -1)::place, 1234567890123456789.25, '2024-02-29 12:00:00+02')::address AS home,
       ARRAY[ROW(:street, NULL, NULL, NULL, NULL)::address, ROW(NULL, 2, NULL, NULL, NULL)::address] AS everywhere,
       CAST(NULL AS place) AS nowhere,
       to_jsonb(ROW('a', 1, ROW(1, 2)::place, 3, NULL)::address) AS printed;

-- name: makers_a_thing :batch
SELECT m.id, json_build_object('title', t.title) AS thing
FROM "Maker" m
JOIN things t ON t.maker_id = m.id
WHERE t.id = :thing;

-- name: unknown_shapes :many
-- What may be missing in an array, or has no type of its own, stays JSON.
SELECT m.id, json_agg(t) AS things, json_build_object(m.name, 1) AS named,
       json_build_object('range', int4range(1, 2), 'id', m.id) AS mixed
FROM "Maker" m
LEFT JOIN things t ON t.maker_id = m.id
GROUP BY m.id;

-- name: thing_lists :many
-- Values of each thing, as lists.
SELECT m.id,
       (SELECT json_agg(t.big ORDER BY t.id) FROM things t WHERE t.maker_id = m.id) AS bigs,
       coalesce((SELECT json_agg(t.title ORDER BY t.id) FROM things t WHERE t.maker_id = m.id), '[]') AS titles,
       (SELECT json_agg(t.price ORDER BY t.id) FILTER (WHERE t.price IS NOT NULL) FROM things t WHERE t.maker_id = m.id) AS prices,
       (SELECT json_agg(t.tone ORDER BY t.id) FROM things t WHERE t.maker_id = m.id) AS tones,
       (SELECT json_agg(t.sold ORDER BY t.id) FROM things t WHERE t.maker_id = m.id) AS sold,
       (SELECT json_agg(t.made ORDER BY t.id) FILTER (WHERE t.made IS NOT NULL) FROM things t WHERE t.maker_id = m.id) AS made,
       json_build_object('name', m.name, 'ids', (SELECT json_agg(t.id ORDER BY t.id) FROM things t WHERE t.maker_id = m.id)) AS about,
       (SELECT json_agg(t.real ORDER BY t.id) FROM things t WHERE t.maker_id = m.id) AS open
FROM "Maker" m
ORDER BY m.id;
