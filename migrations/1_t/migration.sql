CREATE TABLE event (id serial PRIMARY KEY, amount integer, note text);
CREATE INDEX event_amount ON event (amount);
CREATE TABLE child (id integer PRIMARY KEY, event integer REFERENCES event (id));
