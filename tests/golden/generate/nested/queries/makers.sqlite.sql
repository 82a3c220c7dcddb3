-- name: makers_with_things :many
SELECT m.id,
       (SELECT json_group_array(json_object('id', t.id, 'title', t.title, 'big', t.big, 'price', t.price,
                                            'made', t.made, 'sold', t.sold, 'tone', t.tone))
        FROM (SELECT * FROM things ORDER BY id) t
        WHERE t.maker_id = m.id) AS things,
       json_object('name', m.name, 'count', (SELECT count(*) FROM things t WHERE t.maker_id = m.id)) AS about
FROM "Maker" m
ORDER BY m.id;

-- name: things_deep :many
-- An object in an object in an array.
WITH each_thing AS (
  SELECT t.maker_id, t.id, json_object('title', t.title, 'real', t.real, 'small', t.small) AS thing FROM things t
)
SELECT m.id, json_group_array(json_object('id', e.id, 'thing', e.thing)) AS things
FROM "Maker" m
JOIN each_thing e ON e.maker_id = m.id
GROUP BY m.id
ORDER BY m.id;

-- name: thing_lists :many
-- Values of each thing, as lists.
SELECT m.id,
       (SELECT json_group_array(t.big) FROM things t WHERE t.maker_id = m.id) AS bigs,
       coalesce((SELECT json_group_array(t.title) FROM things t WHERE t.maker_id = m.id), '[]') AS titles,
       (SELECT json_group_array(t.price) FILTER (WHERE t.price IS NOT NULL) FROM things t WHERE t.maker_id = m.id) AS prices,
       (SELECT json_group_array(t.tone) FROM things t WHERE t.maker_id = m.id) AS tones,
       (SELECT json_group_array(t.sold) FROM things t WHERE t.maker_id = m.id) AS sold,
       (SELECT json_group_array(t.made) FILTER (WHERE t.made IS NOT NULL) FROM things t WHERE t.maker_id = m.id) AS made,
       json_object('name', m.name, 'ids', (SELECT json_group_array(t.id) FROM things t WHERE t.maker_id = m.id)) AS about,
       (SELECT json_group_array(t.real) FROM things t WHERE t.maker_id = m.id) AS open
FROM "Maker" m
ORDER BY m.id;
