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
