CREATE TYPE place AS (x double precision, y double precision);
CREATE TYPE address AS (street text, number integer, spot place, rent numeric, since timestamptz);
