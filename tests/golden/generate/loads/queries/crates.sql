-- on: postgresql, sqlite

-- name: load_copied :copy
-- What COPY takes.
INSERT INTO crates ("bool", "small", "int", "big", "oid", "real", "double", "decimal", "price", "exact",
  "text", "varchar", "char", "citext", "uuid", "json", "plainJson", "bytes", "time", "timetz", "date",
  "clock", "clocktz", "lasts", "tone", "xml", "bools", "smalls", "ints", "bigs", "reals", "doubles",
  "decimals", "texts", "varchars", "uuids", "jsons", "bytess", "times", "timetzs", "dates", "clocks",
  "clocktzs", "lastss", "packed")
VALUES (:bool, :small, :int, :big, :oid, :real, :double, :decimal, :price, :exact, :text, :varchar, :char,
  :citext, :uuid, :json, :plainJson, :bytes, :time, :timetz, :date, :clock, :clocktz, :lasts, :tone, :xml,
  :bools, :smalls, :ints, :bigs, :reals, :doubles, :decimals, :texts, :varchars, :uuids, :jsons, :bytess,
  :times, :timetzs, :dates, :clocks, :clocktzs, :lastss, :packed);

-- name: load_sent :copy
-- Columns that COPY does not take, among others.
INSERT INTO crates ("bool", "small", "int", "big", "oid", "real", "double", "decimal", "price", "exact",
  "text", "varchar", "char", "citext", "uuid", "json", "plainJson", "bytes", "time", "timetz", "date",
  "clock", "clocktz", "lasts", "tone", "xml", "money", "inet", "bit", "varbit", "circle", "bools", "smalls",
  "ints", "bigs", "reals", "doubles", "decimals", "texts", "varchars", "uuids", "jsons", "bytess", "times",
  "timetzs", "dates", "clocks", "clocktzs", "lastss", "tones", "citexts", "bits", "packed")
VALUES (:bool, :small, :int, :big, :oid, :real, :double, :decimal, :price, :exact, :text, :varchar, :char,
  :citext, :uuid, :json, :plainJson, :bytes, :time, :timetz, :date, :clock, :clocktz, :lasts, :tone, :xml,
  :money, :inet, :bit, :varbit, :circle, :bools, :smalls, :ints, :bigs, :reals, :doubles, :decimals, :texts,
  :varchars, :uuids, :jsons, :bytess, :times, :timetzs, :dates, :clocks, :clocktzs, :lastss, :tones, :citexts,
  :bits, :packed);

